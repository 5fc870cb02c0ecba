import type { SessionRecord } from '../store.ts'
import { packJson, unpackJson } from './phrases.ts'

/**
 * A session as scripts take and give it: numbers and texts of which they read only `sub` and the ids of the clients
 * (SCHEMA.md; lua/include/living-session.lua is the twin).
 */
export type PackedSession = readonly [
  idle: number,
  absolute: number,
  epoch: number,
  offset: number,
  sub: string,
  handleHash: string,
  authTime: number,
  how: string,
  createdAt: number,
  userAgent: string,
  clients: readonly (readonly [clientId: string, names: string])[],
]

type SignIn = Pick<SessionRecord, 'handleHash' | 'authTime' | 'acr' | 'amr'>

/** What a renewal replaces. */
export function packSignIn({ handleHash, authTime, acr, amr }: SignIn) {
  return [handleHash, authTime, packJson([acr, amr])] as const
}

/** Claims that /userinfo gives a client; '' for the many that get none. */
export function packNames(names: readonly string[]): string {
  return names.length > 0 ? packJson(names) : ''
}

export function unpackSession(
  sid: string,
  partition: number,
  packed: PackedSession,
): SessionRecord {
  const [idle, absolute, epoch, offset, sub, handleHash, authTime, how, createdAt, agent, clients] =
    packed
  const [acr, amr] = unpackJson(how)
  return {
    sid,
    sub,
    handleHash,
    authTime,
    acr,
    amr,
    createdAt,
    idleExpiresAt: idle,
    absoluteExpiresAt: absolute,
    clients: clients.map(([clientId]) => clientId),
    userinfoClaims: Object.fromEntries(
      clients.flatMap(([clientId, names]) => (names ? [[clientId, unpackJson(names)]] : [])),
    ),
    userAgent: unpackJson(agent),
    rev: { partition, epoch, offset },
  }
}
