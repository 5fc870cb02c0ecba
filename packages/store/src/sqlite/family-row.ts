import type { FamilyRecord } from '../store.ts'

export interface FamilyRow {
  readonly sid: string
  readonly name: string
  readonly sub: string
  readonly client_id: string
  readonly scope: string
  readonly audience: string
  readonly generation: number
  readonly rotated_at: number
  readonly idle_expires_at: number
  readonly absolute_expires_at: number
  readonly auth_time: number
  readonly acr: string
  readonly amr: string
  readonly claims: string | null
  readonly details: string | null
  readonly dpop_jkt: string | null
}

/** Living at $now, apart from its session: not expired, and no end of its client behind its birth. */
export const FAMILY_ALIVE = `families.idle_expires_at > $now AND families.absolute_expires_at > $now
  AND NOT EXISTS (SELECT 1 FROM cuts WHERE cuts.name = 'client:' || families.client_id
    AND (families.epoch, families.offset) < (cuts.epoch, cuts.offset))`

export function familyRecord(row: FamilyRow): FamilyRecord {
  return {
    familyId: `${row.sid}~${row.name}`,
    sid: row.sid,
    sub: row.sub,
    clientId: row.client_id,
    scope: row.scope,
    audience: row.audience,
    generation: row.generation,
    rotatedAt: row.rotated_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    authTime: row.auth_time,
    acr: row.acr,
    amr: JSON.parse(row.amr),
    ...(row.claims && { claims: JSON.parse(row.claims) }),
    ...(row.details && { details: JSON.parse(row.details) }),
    ...(row.dpop_jkt !== null && { dpopJkt: row.dpop_jkt }),
  }
}
