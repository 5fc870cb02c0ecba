/** grant_type=authorization_code: RFC 6749 section 4.1.3, RFC 7636 section 4.6, OpenID Connect Core section 3.1.3. */
import { timingSafeEqual } from 'node:crypto'
import type { Client } from '@latchkey/directory'
import {
  type Clock,
  LIMITS,
  nowSeconds,
  OAuthError,
  type Position,
  partitionOfCode,
  type Random,
} from '@latchkey/protocol'
import type { CodeRecord, FamilyRecord, SessionRecord, Store } from '@latchkey/store'
import { verifierMatches } from '../checks/pkce.ts'
import { hasScope } from '../checks/scope.ts'
import type { End } from '../end.ts'
import { bounded, type Parameters, required } from '../http/parameters.ts'
import type { AccessTokens } from '../minting/access-token.ts'
import type { idTokens } from '../minting/id-token.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { type RightsDirectory, userRights } from './user-rights.ts'

export interface AuthorizationCodeDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'codes' | 'sessions' | 'families'>
  readonly directory: RightsDirectory
  readonly accessTokens: AccessTokens
  readonly idToken: ReturnType<typeof idTokens>
  readonly refreshTokens: RefreshTokens
  readonly end: End
  readonly clock: Clock
  readonly random: Random
  readonly idleSeconds: number
}

export function authorizationCode(deps: AuthorizationCodeDeps): Grant {
  return async (client, parameters) => {
    // The code is spent before anything is given out for it; a failed check below does not bring it back.
    const { record, rev } = await spendCode(client, parameters, deps)
    checkBinding(record, parameters)
    const found = await deps.store.sessions.find(record.sid, nowSeconds(deps.clock))
    if (!found) throw new OAuthError('invalid_grant', 'session_ended')
    const audience = record.audience
    const rights = await userRights(record.sub, client, audience, deps.issuer, deps.directory)
    const session = signInFacts(record)
    const access = deps.accessTokens.mint({
      ...rights,
      sub: record.sub,
      clientId: client.id,
      scope: record.scope,
      rev,
      session,
    })
    const refreshToken = await startFamily(client, record, found.session, deps)
    return {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: access.expiresIn,
      scope: record.scope,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(hasScope(record.scope, 'openid') && {
        id_token: deps.idToken({
          client,
          user: rights.user,
          scope: record.scope,
          session,
          accessToken: access.token,
          ...(record.nonce !== undefined && { nonce: record.nonce }),
        }),
      }),
    } satisfies TokenResponse
  }
}

async function spendCode(
  client: Client,
  parameters: Parameters,
  deps: AuthorizationCodeDeps,
): Promise<{ record: CodeRecord; rev: Position }> {
  const code = required(parameters, 'code', 512)
  if (partitionOfCode(code) === undefined) throw new OAuthError('invalid_grant', 'code_malformed')
  const outcome = await deps.store.codes.redeem(code, client.id, nowSeconds(deps.clock))
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

function checkBinding(record: CodeRecord, parameters: Parameters): void {
  const redirectUri = bounded(parameters, 'redirect_uri', LIMITS.uriChars)
  // RFC 6749 section 4.1.3 wants it; OAuth 2.1 drops it where PKCE binds the code already.
  const mayBeAbsent = record.codeChallenge !== undefined
  if (redirectUri === undefined ? !mayBeAbsent : !equal(redirectUri, record.redirectUri)) {
    throw new OAuthError('invalid_grant', 'redirect_uri_differs')
  }
  const verifier = parameters.get('code_verifier')
  if (!verifierMatches(record.codeChallenge, verifier)) {
    throw new OAuthError('invalid_grant', 'code_verifier_wrong')
  }
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function signInFacts(record: CodeRecord) {
  return { sid: record.sid, authTime: record.authTime, acr: record.acr, amr: record.amr }
}

async function startFamily(
  client: Client,
  record: CodeRecord,
  session: SessionRecord,
  deps: AuthorizationCodeDeps,
): Promise<string | undefined> {
  if (!client.grantTypes.includes('refresh_token')) return undefined
  const now = nowSeconds(deps.clock)
  const family: FamilyRecord = {
    familyId: `${record.sid}~${deps.random.bytes(6).toString('base64url')}`,
    sid: record.sid,
    sub: record.sub,
    clientId: client.id,
    scope: record.scope,
    audience: record.audience,
    generation: 1,
    rotatedAt: now,
    idleExpiresAt: Math.min(now + deps.idleSeconds, session.absoluteExpiresAt),
    absoluteExpiresAt: session.absoluteExpiresAt,
    authTime: record.authTime,
    acr: record.acr,
    amr: record.amr,
  }
  const alive = await deps.store.families.create(family, now)
  if (!alive) throw new OAuthError('invalid_grant', 'session_ended')
  return deps.refreshTokens.write(family)
}
