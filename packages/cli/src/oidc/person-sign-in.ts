import { CliError } from '../cli-error.ts'
import type { Context } from '../command.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { codeSignIn } from './code-sign-in.ts'
import { deviceSignIn } from './device-sign-in.ts'
import type { Provider } from './provider.ts'
import type { SignInRequest, Tokens } from './sign-in.ts'

/** The options of `SIGN_IN_OPTIONS`. */
export interface SignInOptions {
  readonly device: boolean
  readonly 'no-browser': boolean
  readonly port: string | undefined
}

/** By the browser of this machine, or on another device. */
export async function personSignIn(
  provider: Provider,
  request: SignInRequest,
  options: SignInOptions,
  context: Context,
  tokenOptions: object = {},
): Promise<Tokens> {
  if (options.device) return await deviceSignIn(provider, request, context, tokenOptions)
  const how = { port: readPort(options.port), opensBrowser: !options['no-browser'], tokenOptions }
  return await codeSignIn(provider, { ...request, ...how }, context)
}

function readPort(text = '0'): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port
  throw new CliError(OIDC_FAULTS.notAPort, { received: text })
}
