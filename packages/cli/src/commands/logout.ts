import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { forgetLogin, readLogin, type StoredLogin } from '../login/login-file.ts'
import { LOGIN, LOGIN_HELP } from '../messages/login.ts'
import { discoverProvider } from '../oidc/provider.ts'
import { providerErrors } from '../oidc/provider-errors.ts'
import { withProgress } from '../progress.ts'

export const logout = command({
  name: 'logout',
  help: LOGIN_HELP.logout,
  arguments: ['[ISSUER]'],
  examples: ['latchkey logout', 'latchkey logout https://sso.example.com'],
  run: async (context) => {
    const { common, say, print, printJson, terminal } = context
    const login = readLogin(context.arguments[0]?.replace(/\/$/, ''), terminal)
    if (login === undefined) {
      if (common.json) printJson({ revoked: false })
      else print(say(LOGIN.notSignedIn))
      return
    }
    const { issuer } = login
    const fault = await withProgress(revokeAll(login), context)
    // Also when nothing could be revoked: who signs out on a machine must not leave tokens on it.
    forgetLogin(issuer, terminal)
    if (common.json) return printJson({ issuer, revoked: fault === undefined })
    if (fault === undefined) return print(say(LOGIN.signedOut, { issuer }))
    print(say(LOGIN.forgotten, { issuer, why: fault.fault.code }))
  },
})

/** The refresh token first: what else there is comes from it. What went wrong, if anything did. */
async function revokeAll(login: StoredLogin): Promise<CliError | undefined> {
  try {
    const { configuration } = await discoverProvider(login)
    const oidc = await import('openid-client')
    for (const [token, hint] of [
      [login.refreshToken, 'refresh_token'],
      [login.accessToken, 'access_token'],
    ] as const) {
      if (token === undefined) continue
      const revoked = oidc.tokenRevocation(configuration, token, { token_type_hint: hint })
      await providerErrors(revoked, login.issuer)
    }
    return undefined
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
}
