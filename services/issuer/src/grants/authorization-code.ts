/** grant_type=authorization_code: RFC 6749 section 4.1.3, RFC 7636 section 4.6, OpenID Connect Core section 3.1.3. */
import type { Client } from '@latchkey/directory'
import {
  type Clock,
  LIMITS,
  nowSeconds,
  OAuthError,
  type Position,
  partitionOfCode,
  StoreUnavailable,
} from '@latchkey/protocol'
import type { CodeRecord, Store } from '@latchkey/store'
import { chosenAudience } from '../checks/audience.ts'
import { verifierMatches } from '../checks/pkce.ts'
import type { End } from '../ending/end.ts'
import { bounded, type Parameters, required } from '../http/parameters.ts'
import { sameText } from '../keys/same-text.ts'
import { scopeWithClaims } from '../minting/allowed-claims.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { type JoinSessionDeps, joinSession } from './join-session.ts'
import { narrowDetails } from './narrowed-rights.ts'
import { type PersonTokenDeps, personTokens } from './person-tokens.ts'
import { consentedRights, type RightsDirectory } from './user-rights.ts'

export interface AuthorizationCodeDeps extends PersonTokenDeps, JoinSessionDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'codes' | 'sessions' | 'families'>
  readonly directory: RightsDirectory
  readonly end: End
  readonly clock: Clock
}

export function authorizationCode(deps: AuthorizationCodeDeps): Grant {
  return async (authenticated, parameters, proven) => {
    const now = nowSeconds(deps.clock)
    // The code is spent before anything is given out for it; a failed check below does not bring it back.
    const spent = await spendCode(authenticated, parameters, now, deps)
    try {
      return await redeemed({ ...spent, now }, authenticated, parameters, proven, deps)
    } catch (error) {
      if (error instanceof StoreUnavailable) giveBack(parameters, spent.record, deps)
      throw error
    }
  }
}

async function redeemed(
  { record, rev, now }: SpentCode & { readonly now: number },
  authenticated: Client,
  parameters: Parameters,
  proven: ProvenKeys,
  deps: AuthorizationCodeDeps,
): Promise<TokenResponse> {
  checkBinding(record, parameters, proven)
  const { sub, scope, claims, nonce } = record
  const audience = chosenAudience(parameters, authenticated, deps.issuer, record.audience)
  const details = narrowDetails(parameters, record.details, audience)
  const rights = await consentedRights(
    sub,
    authenticated.id,
    { audience, scope: scopeWithClaims(scope, claims), details },
    deps.issuer,
    deps.directory,
  )
  const session = { ...record, idleExpiresAt: now + deps.idleSeconds }
  const answer = await personTokens(
    { rights, scope, asOf: { now, rev }, session, claims, details, nonce, proven },
    deps,
  )
  // Here it shows whether the session is still alive: what was made above is given to nobody before.
  const refreshToken = await joinSession(rights.client, record, { now, rev }, proven, deps)
  return { ...answer, ...(refreshToken !== undefined && { refresh_token: refreshToken }) }
}

interface SpentCode {
  readonly record: CodeRecord
  readonly rev: Position
}

/**
 * SQL or the store was away, and nothing was given out for the code: the client is told to try again, and must not be taken for a
 * thief when it does. Only whoever has spent a code comes here, so nobody else can have been given anything for it. Not waited for: a
 * store that hangs has taken all of the answer's time already, and whoever asks again comes behind.
 */
function giveBack(
  parameters: Parameters,
  record: CodeRecord,
  { store, clock }: Pick<AuthorizationCodeDeps, 'store' | 'clock'>,
): void {
  const now = nowSeconds(clock)
  if (now >= record.expiresAt) return
  // The store is away, too: then the code stays spent.
  store.codes.save(required(parameters, 'code', 512), record, now).catch(() => {})
}

async function spendCode(
  client: Client,
  parameters: Parameters,
  now: number,
  deps: AuthorizationCodeDeps,
): Promise<SpentCode> {
  const code = required(parameters, 'code', 512)
  if (partitionOfCode(code) === undefined) throw new OAuthError('invalid_grant', 'code_malformed')
  const outcome = await deps.store.codes.redeem(code, client.id, now)
  switch (outcome.kind) {
    case 'redeemed':
      return outcome
    case 'unknown':
      throw new OAuthError('invalid_grant', 'code_unknown')
    case 'replayed':
      // RFC 6749 section 4.1.2: tokens that came from this code should die with it; they carry its session.
      await deps.end({ kind: 'session', sid: outcome.record.sid }, 'code_replayed', {
        sub: 'issuer',
        clientId: client.id,
      })
      throw new OAuthError('invalid_grant', 'code_replayed')
  }
}

function checkBinding(record: CodeRecord, parameters: Parameters, proven: ProvenKeys): void {
  const redirectUri = bounded(parameters, 'redirect_uri', LIMITS.uriChars)
  // RFC 6749 section 4.1.3 wants it; OAuth 2.1 drops it where PKCE binds the code already.
  const mayBeAbsent = record.codeChallenge !== undefined
  if (redirectUri === undefined ? !mayBeAbsent : !sameText(redirectUri, record.redirectUri)) {
    throw new OAuthError('invalid_grant', 'redirect_uri_differs')
  }
  const verifier = parameters.get('code_verifier')
  if (!verifierMatches(record.codeChallenge, verifier)) {
    throw new OAuthError('invalid_grant', 'code_verifier_wrong')
  }
  // RFC 9449 section 10: a code that was asked for with a key is for the holder of that key.
  if (record.dpopJkt !== undefined && record.dpopJkt !== proven.dpopJkt) {
    throw new OAuthError('invalid_grant', 'dpop_key_differs')
  }
}
