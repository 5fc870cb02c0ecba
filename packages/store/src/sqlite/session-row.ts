import type { SessionRecord } from '../store.ts'

export interface SessionRow {
  readonly sid: string
  readonly sub: string
  readonly handle_hash: string
  readonly auth_time: number
  readonly acr: string
  readonly amr: string
  readonly created_at: number
  readonly idle_expires_at: number
  readonly absolute_expires_at: number
  readonly clients: string
  readonly userinfo_claims: string
  readonly user_agent: string
  readonly epoch: number
  readonly offset: number
}

/** Not cut off by an end of its user or of everybody: ends that stand behind the session's birth in the log. */
export const SESSION_NOT_CUT = `NOT EXISTS (
  SELECT 1 FROM cuts WHERE cuts.name IN ('all', 'user:' || sessions.sub)
    AND (sessions.epoch, sessions.offset) < (cuts.epoch, cuts.offset))`

/** Living at $now. */
export const SESSION_ALIVE = `sessions.idle_expires_at > $now
  AND sessions.absolute_expires_at > $now AND ${SESSION_NOT_CUT}`

export const NOTE_CLIENT = `
  UPDATE sessions SET clients = json_insert(clients, '$[#]', $clientId)
  WHERE sid = $sid AND NOT EXISTS (SELECT 1 FROM json_each(clients) WHERE value = $clientId)`

/** Replaces what /userinfo gives a client; $names is a JSON list, and none are kept as nothing. */
export const NOTE_CLAIMS = `
  UPDATE sessions SET userinfo_claims = (
    SELECT json_group_object(key, json(value)) FROM (
      SELECT key, value FROM json_each(userinfo_claims) WHERE key <> $clientId
      UNION ALL SELECT $clientId, $names WHERE $names <> '[]'))
  WHERE sid = $sid AND NOT ($names = '[]' AND userinfo_claims = '{}')`

export function sessionRecord(row: SessionRow): SessionRecord {
  return {
    sid: row.sid,
    sub: row.sub,
    handleHash: row.handle_hash,
    authTime: row.auth_time,
    acr: row.acr,
    amr: JSON.parse(row.amr),
    createdAt: row.created_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    clients: JSON.parse(row.clients),
    userinfoClaims: JSON.parse(row.userinfo_claims),
    userAgent: row.user_agent,
    rev: { partition: 0, epoch: row.epoch, offset: row.offset },
  }
}
