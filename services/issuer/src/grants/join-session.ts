import type { Client, Directory } from '@latchkey/directory'
import { type ClaimsRequest, OAuthError, type Random, type RoutesDetail } from '@latchkey/protocol'
import type { FamilyRecord, Store } from '@latchkey/store'
import type { AsOf, SignInFacts } from '../minting/access-token.ts'
import { type ProvenKeys, refreshKey } from '../minting/confirmation.ts'
import type { RefreshTokens } from '../minting/refresh-token.ts'

export interface JoinSessionDeps {
  readonly store: Pick<Store, 'sessions' | 'families'>
  readonly streams: Pick<Directory['streams'], 'acquaint'>
  readonly refreshTokens: RefreshTokens
  readonly random: Random
  readonly idleSeconds: number
}

/** What a client got from a person, in the session in which it was given. */
export interface Joining extends SignInFacts {
  readonly sub: string
  readonly scope: string
  readonly audience: string
  readonly claims?: ClaimsRequest
  readonly details?: readonly RoutesDetail[]
  readonly absoluteExpiresAt: number
}

/**
 * From now on the session knows this client, and tells it when it ends. Joining is using: the idle end moves, so that it lies behind what
 * the client gets. Gives a refresh token to clients that use them.
 * @throws OAuthError invalid_grant when the session has ended meanwhile
 */
export async function joinSession(
  client: Client,
  session: Joining,
  { now, rev }: AsOf,
  proven: ProvenKeys,
  deps: JoinSessionDeps,
): Promise<string | undefined> {
  const { sid, sub, scope, audience, authTime, acr, amr, absoluteExpiresAt } = session
  const idleExpiresAt = Math.min(now + deps.idleSeconds, absoluteExpiresAt)
  // Before it gets anything, so that it hears of whatever ends later.
  if (client.signals) await deps.streams.acquaint(client.id, sub)
  if (!client.grantTypes.includes('refresh_token')) {
    const named = Object.keys(session.claims?.userinfo ?? {})
    const alive = await Promise.all([
      deps.store.sessions.noteClient(sid, client.id, named, now),
      deps.store.sessions.touch(sid, idleExpiresAt, now),
    ])
    if (alive.includes(false)) throw new OAuthError('invalid_grant', 'session_ended')
    return undefined
  }
  const family: FamilyRecord = {
    familyId: `${sid}~${deps.random.bytes(6).toString('base64url')}`,
    sid,
    sub,
    clientId: client.id,
    scope,
    audience,
    generation: 1,
    rotatedAt: now,
    idleExpiresAt,
    absoluteExpiresAt,
    authTime,
    acr,
    amr,
    ...(session.claims !== undefined && { claims: session.claims }),
    ...(session.details !== undefined && { details: session.details }),
    ...refreshKey(client, proven),
  }
  const alive = await deps.store.families.create(family, rev, now)
  if (!alive) throw new OAuthError('invalid_grant', 'session_ended')
  return deps.refreshTokens.write(family)
}
