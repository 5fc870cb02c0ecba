import type { FamilyRecord } from '../store.ts'
import { packJson, unpackJson } from './phrases.ts'

/**
 * A refresh family as scripts give it: numbers, and texts of which they read only the client and the key
 * (SCHEMA.md; lua/include/living-family.lua is the twin).
 */
export type PackedFamily = readonly [
  clientId: string,
  generation: number,
  rotatedAt: number,
  idle: number,
  absolute: number,
  authTime: number,
  facts: string,
  key: string,
  asked: string,
]

/** What never changes: facts, key, and what was asked for; the last two are '' in most families. */
export function packFamilyFacts(family: FamilyRecord) {
  const { scope, audience, acr, amr, claims, details, dpopJkt = '' } = family
  const asked = claims || details ? packJson({ claims, details }) : ''
  return [packJson([scope, audience, [acr, amr]]), dpopJkt, asked] as const
}

export function unpackFamily(
  id: { familyId: string; sid: string; sub: string },
  packed: PackedFamily,
): FamilyRecord {
  const [clientId, generation, rotatedAt, idle, absolute, authTime, facts, key, asked] = packed
  const [scope, audience, [acr, amr]] = unpackJson(facts)
  return {
    ...id,
    clientId,
    scope,
    audience,
    generation,
    rotatedAt,
    idleExpiresAt: idle,
    absoluteExpiresAt: absolute,
    authTime,
    acr,
    amr,
    ...(key && { dpopJkt: key }),
    ...(asked && unpackJson(asked)),
  }
}
