import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { findTarget } from '../credentials.ts'
import { localTime } from '../local-time.ts'
import { writeLogin } from '../login/login-file.ts'
import { withTokens } from '../login/login-token.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import { LOGIN, LOGIN_HELP } from '../messages/login.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { personSignIn } from '../oidc/person-sign-in.ts'
import { discoverProvider, isLatchkey, type Provider } from '../oidc/provider.ts'
import type { Tokens } from '../oidc/sign-in.ts'
import { PROVIDER_OPTIONS, SIGN_IN_OPTIONS } from '../options.ts'
import { readPrivateFile } from '../private-file.ts'
import { printable } from '../text-width.ts'

/** The public client that every Latchkey issuer has for this command. */
const LATCHKEY_CLIENT = 'latchkey-cli-login'

export const login = command({
  name: 'login',
  help: LOGIN_HELP.login,
  arguments: ['[ISSUER]'],
  options: { ...PROVIDER_OPTIONS, ...SIGN_IN_OPTIONS },
  examples: [
    'latchkey login https://sso.example.com',
    'latchkey login https://sso.example.com --device',
    'latchkey login https://login.example.com --client-id my-app --scope openid',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson, terminal } = context
    const { issuer, issuerAddress } = whereTo(context.arguments[0], context)
    const clientId = options['client-id'] ?? LATCHKEY_CLIENT
    const clientSecret = readSecret(options['client-secret-file'], context)
    const provider = await discoverProvider({ issuer, issuerAddress, clientId, clientSecret })
    if (options['client-id'] === undefined && !isLatchkey(provider)) {
      throw new CliError(OIDC_FAULTS.clientIdMissing, { issuer })
    }
    const scope = options.scope ?? 'openid profile'
    const resources = options.resource.length > 0 ? options.resource : ownResource(provider)
    const tokens = await personSignIn(provider, { scope, resources }, options, context)
    const signedIn = withTokens(
      {
        issuer,
        issuerAddress,
        clientId,
        clientSecret,
        scope,
        resources,
        name: await nameOf(provider, tokens),
        signedInAt: Math.floor(terminal.now() / 1000),
      },
      tokens,
      terminal.now(),
    )
    writeLogin(signedIn, terminal)
    const { expiresAt } = signedIn
    if (common.json) return printJson({ issuer, name: signedIn.name, expires_at: expiresAt })
    print(say(LOGIN.signedIn, { issuer, name: signedIn.name }))
    if (signedIn.refreshToken !== undefined) return
    print(say(LOGIN.noRefresh, { time: localTime(expiresAt, terminal) }))
  },
})

/** For messages only: what is missing or cannot be had is no reason to fail. */
async function nameOf(provider: Provider, tokens: Tokens): Promise<string> {
  const claims = tokens.claims()
  if (claims === undefined) return provider.clientId
  const { fetchUserInfo } = await import('openid-client')
  const { configuration } = provider
  const asked = fetchUserInfo(configuration, tokens.access_token, claims.sub)
  const info = await asked.catch((): typeof claims => claims)
  const { preferred_username, name, sub } = { ...claims, ...info } as Readonly<
    Record<string, unknown>
  >
  return printable(String(preferred_username ?? name ?? sub))
}

/** The issuer named, else the one that the other commands speak to. */
function whereTo(named: string | undefined, context: Context) {
  const { env } = context.terminal
  if (named === undefined) {
    const known = findTarget(context)
    if (known !== undefined) return known
    const params = { command: 'login', argument: 'ISSUER' }
    throw new CliError(COMMAND_LINE_FAULTS.missingArgument, params)
  }
  const issuer = named.replace(/\/$/, '')
  const address = issuer === env['LATCHKEY_CLI_ISSUER'] ? env['LATCHKEY_CLI_ISSUER_ADDRESS'] : ''
  return { issuer, issuerAddress: address || issuer }
}

/** The admin API is a service of the issuer itself. */
function ownResource(provider: Provider): string[] {
  return isLatchkey(provider) ? [provider.issuer] : []
}

export function readSecret(file: string | undefined, { terminal }: Context): string | undefined {
  if (file === undefined) return undefined
  const text = readPrivateFile(resolve(terminal.cwd, file))?.trimEnd()
  if (text) return text
  throw new CliError(OIDC_FAULTS.noSecret, { file })
}
