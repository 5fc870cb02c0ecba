import { CliError } from '../cli-error.ts'
import type { Context } from '../command.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { discoverProvider } from '../oidc/provider.ts'
import { providerErrors } from '../oidc/provider-errors.ts'
import { signInParameters, type Tokens } from '../oidc/sign-in.ts'
import { withProgress } from '../progress.ts'
import { type StoredLogin, writeLogin } from './login-file.ts'

/** A token that ends while the request is on its way would be refused. */
const SPARE_SECONDS = 20
/** RFC 6749 section 5.1 lets a provider leave the lifetime out. */
const UNKNOWN_LIFETIME = 60

/** What a token answer adds to a login. The refresh token stays when the answer brings none (RFC 6749 section 6). */
export function withTokens(
  login: Omit<StoredLogin, 'accessToken' | 'expiresAt'>,
  tokens: Tokens,
  nowMs: number,
): StoredLogin {
  const seconds = tokens.expires_in ?? UNKNOWN_LIFETIME
  return {
    ...login,
    accessToken: tokens.access_token,
    expiresAt: Math.floor(nowMs / 1000) + seconds,
    refreshToken: tokens.refresh_token ?? login.refreshToken,
  }
}

/**
 * The access token of a login, refreshed when it ends soon or when `fresh` is asked for. Throws CliError when the login
 * has ended.
 */
export async function loginToken(
  login: StoredLogin,
  context: Context,
  fresh = false,
): Promise<StoredLogin> {
  const { terminal } = context
  const isGood = login.expiresAt - SPARE_SECONDS > terminal.now() / 1000
  if (isGood && !fresh) return login
  if (login.refreshToken === undefined) {
    throw new CliError(OIDC_FAULTS.loginEnded, { issuer: login.issuer })
  }
  const tokens = await withProgress(refresh(login, login.refreshToken, login.resources), context)
  const renewed = withTokens(login, tokens, terminal.now())
  // Before it is used: the refresh token that was spent is good for nothing any more.
  writeLogin(renewed, terminal)
  return renewed
}

/** One redemption of a refresh token. */
export async function refresh(
  login: StoredLogin,
  refreshToken: string,
  resources: readonly string[],
): Promise<Tokens> {
  const provider = await discoverProvider(login)
  const oidc = await import('openid-client')
  const parameters = signInParameters({ scope: '', resources })
  const granted = oidc.refreshTokenGrant(provider.configuration, refreshToken, parameters)
  try {
    return await providerErrors(granted, login.issuer)
  } catch (error) {
    const isOver = error instanceof CliError && error.params['error'] === 'invalid_grant'
    if (isOver) throw new CliError(OIDC_FAULTS.loginEnded, { issuer: login.issuer })
    throw error
  }
}
