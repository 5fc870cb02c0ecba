/** grant_type=refresh_token: RFC 6749 section 6, RFC 9700 section 4.14, DESIGN section 6. */
import type { Client } from '@latchkey/directory'
import {
  type Clock,
  LIMITS,
  type LogEntry,
  nowSeconds,
  OAuthError,
  type Position,
} from '@latchkey/protocol'
import type { FamilyRecord, Store } from '@latchkey/store'
import { checkAudience } from '../checks/audience.ts'
import { hasScope, narrowScope } from '../checks/scope.ts'
import { type EndDeps, entryExpiresAt, recordEnd } from '../end.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { AccessTokens } from '../minting/access-token.ts'
import type { idTokens } from '../minting/id-token.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { type RightsDirectory, userRights } from './user-rights.ts'

export interface RefreshTokenDeps extends Pick<EndDeps, 'audit' | 'log' | 'published'> {
  readonly issuer: string
  readonly store: Pick<Store, 'families'>
  readonly directory: RightsDirectory
  readonly accessTokens: AccessTokens
  readonly idToken: ReturnType<typeof idTokens>
  readonly refreshTokens: RefreshTokens
  readonly clock: Clock
  readonly idleSeconds: number
  readonly graceSeconds: number
}

export function refreshToken(deps: RefreshTokenDeps): Grant {
  return async (client, parameters) => {
    const { family, rev } = await redeem(client, parameters, deps)
    const scope = narrowScope(parameters, family.scope)
    const audience =
      parameters.all('resource').length > 0
        ? checkAudience(parameters, client, deps.issuer)
        : family.audience
    const rights = await userRights(family.sub, client, audience, deps.issuer, deps.directory)
    const session = {
      sid: family.sid,
      authTime: family.authTime,
      acr: family.acr,
      amr: family.amr,
    }
    const access = deps.accessTokens.mint({
      ...rights,
      sub: family.sub,
      clientId: client.id,
      scope,
      rev,
      session,
    })
    return {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: access.expiresIn,
      scope,
      refresh_token: deps.refreshTokens.write(family),
      ...(hasScope(scope, 'openid') && {
        id_token: deps.idToken({
          client,
          user: rights.user,
          scope,
          session,
          accessToken: access.token,
        }),
      }),
    } satisfies TokenResponse
  }
}

async function redeem(
  client: Client,
  parameters: Parameters,
  deps: RefreshTokenDeps,
): Promise<{ family: FamilyRecord; rev: Position }> {
  const facts = deps.refreshTokens.read(required(parameters, 'refresh_token', LIMITS.tokenBytes))
  if (!facts) throw new OAuthError('invalid_grant', 'refresh_token_malformed')
  const now = nowSeconds(deps.clock)
  const outcome = await deps.store.families.redeem({
    ...facts,
    clientId: client.id,
    graceSeconds: deps.graceSeconds,
    idleExpiresAt: now + deps.idleSeconds,
    now,
    entryExpiresAt: entryExpiresAt(now),
  })
  switch (outcome.kind) {
    case 'rotated':
    case 'replayed':
      return outcome
    case 'dead':
      throw new OAuthError('invalid_grant', 'session_ended')
    case 'foreign':
      throw new OAuthError('invalid_grant', 'refresh_token_of_other_client')
    case 'reused':
      await recordReuse(outcome.family, client, outcome.entry, deps)
      throw new OAuthError('invalid_grant', 'refresh_token_reused')
  }
}

/** The store has already ended the session in the same step; both parties, the thief and the robbed, hold dead tokens. */
async function recordReuse(
  family: FamilyRecord,
  client: Client,
  entry: LogEntry,
  deps: RefreshTokenDeps,
): Promise<void> {
  await deps.published()
  await recordEnd(
    { kind: 'session', sid: family.sid },
    'refresh_reused',
    { sub: family.sub, clientId: client.id, sid: family.sid },
    [entry],
    deps,
  )
}
