import type { FamilyRecord } from '../store.ts'

/**
 * A refresh family as Redis keeps it in a field of its session (SCHEMA.md): lua/include/living-family.lua reads and writes the same. The
 * first line changes, the rest never does. What was asked for stands apart, because it may be JSON that Lua's parser refuses.
 */
export function packFamilyFacts(family: FamilyRecord): string {
  const { clientId, scope, audience, authTime, acr, amr } = family
  // The script reads the first member, the client.
  return JSON.stringify([clientId, scope, audience, authTime, acr, amr])
}

/** What few families have; '' for the others. */
export function packAsked({ claims, details }: FamilyRecord): string {
  return claims || details ? JSON.stringify({ claims, details }) : ''
}

export function unpackFamily(
  id: { familyId: string; sid: string; sub: string },
  text: string,
): FamilyRecord {
  const [numbers = '', facts = '', dpopJkt, asked] = text.split('\n')
  const [generation, rotatedAt, idle, absolute] = numbers.split(' ').map(Number)
  const [clientId, scope, audience, authTime, acr, amr] = JSON.parse(facts)
  return {
    ...id,
    clientId,
    scope,
    audience,
    generation: Number(generation),
    rotatedAt: Number(rotatedAt),
    idleExpiresAt: Number(idle),
    absoluteExpiresAt: Number(absolute),
    authTime,
    acr,
    amr,
    ...(dpopJkt && { dpopJkt }),
    ...(asked && JSON.parse(asked)),
  }
}
