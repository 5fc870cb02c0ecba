/** What giving a token back means: RFC 7009 section 2.1. */
import { type Clock, machineSubject, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { RefreshTokens } from '../minting/refresh-token.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import type { End } from './end.ts'

export interface RevokeTokenDeps {
  readonly store: Pick<Store, 'families'>
  readonly refreshTokens: RefreshTokens
  readonly readAccessToken: AccessTokenReader
  readonly end: End
  readonly clock: Clock
}

/** `unknown`: no token of ours, or one that is dead already. */
export type Revocation = 'session_ended' | 'token_ended' | 'unknown'

/**
 * Ends what a client gives back. The two kinds of tokens cannot be mistaken for each other.
 * @throws OAuthError invalid_grant when it is another client's
 */
export async function revokeToken(
  text: string,
  clientId: string,
  deps: RevokeTokenDeps,
): Promise<Revocation> {
  return (
    (await revokeRefreshToken(text, clientId, deps)) ??
    (await revokeAccessToken(text, clientId, deps))
  )
}

/** Section 2.1: the request is refused and the client is told; RFC 6749 section 5.2 has the word for it. */
function refuseForeign(): never {
  throw new OAuthError('invalid_grant', 'token_of_other_client', {
    description: 'the token was issued to another client',
  })
}

/**
 * The whole session goes: its tokens, at every app, came from the same sign-in. Undefined for what is no refresh token of ours.
 * @throws OAuthError invalid_grant when it is another client's
 */
export async function revokeRefreshToken(
  text: string,
  clientId: string,
  deps: RevokeTokenDeps,
): Promise<Revocation | undefined> {
  const facts = deps.refreshTokens.read(text)
  if (!facts) return undefined
  const found = await deps.store.families.peek(facts.familyId, nowSeconds(deps.clock))
  if (!found) return 'unknown'
  const { family } = found
  if (family.clientId !== clientId) refuseForeign()
  await deps.end({ kind: 'session', sid: family.sid }, 'token_revoked', {
    sub: family.sub,
    clientId,
    sid: family.sid,
  })
  return 'session_ended'
}

async function revokeAccessToken(
  text: string,
  clientId: string,
  deps: RevokeTokenDeps,
): Promise<Revocation> {
  const read = await deps.readAccessToken(text)
  if (read.kind === 'invalid') return 'unknown'
  const { claims, subject } = read
  if (claims.client_id !== clientId) refuseForeign()
  await deps.end(
    // The person, not the pairwise subject: their entries stand in one partition of the log.
    { kind: 'token', jti: claims.jti, sub: subject, exp: claims.exp, aud: claims.aud },
    'token_revoked',
    { sub: machineSubject(clientId), clientId },
  )
  return 'token_ended'
}
