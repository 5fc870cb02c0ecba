/** Sign-in of a person on another device: RFC 8628. */
import { CliError } from '../cli-error.ts'
import type { Context } from '../command.ts'
import { OIDC, OIDC_FAULTS } from '../messages/oidc.ts'
import { printable } from '../text-width.ts'
import type { Provider } from './provider.ts'
import { providerErrors } from './provider-errors.ts'
import { type SignInRequest, signInParameters, type Tokens } from './sign-in.ts'

/** Shows the code, and asks until the person has answered. */
export async function deviceSignIn(
  { configuration, issuer, metadata }: Provider,
  request: SignInRequest,
  { terminal, say }: Context,
  tokenOptions: object = {},
): Promise<Tokens> {
  if (metadata.device_authorization_endpoint === undefined) {
    throw new CliError(OIDC_FAULTS.noDeviceFlow, { issuer })
  }
  const oidc = await import('openid-client')
  const begun = oidc.initiateDeviceAuthorization(configuration, signInParameters(request))
  const device = await providerErrors(begun, issuer)
  const { verification_uri: url, verification_uri_complete: complete, user_code: code } = device
  const shown = { url: printable(url), code: printable(code) }
  terminal.stderr.write(`${say(OIDC.enterCode, shown)}\n`)
  if (complete) terminal.stderr.write(`${say(OIDC.orOpen, { url: printable(complete) })}\n`)
  const parameters = signInParameters({ scope: '', resources: request.resources })
  const polled = oidc.pollDeviceAuthorizationGrant(configuration, device, parameters, tokenOptions)
  return await providerErrors(polled, issuer)
}
