import type { FamilyRecord } from '../store.ts'

/**
 * A refresh family as Redis keeps it in a field of its session (SCHEMA.md): a line of numbers, which
 * lua/include/living-family.lua reads and writes, and the facts, which never change.
 */
export function packFamilyFacts(family: FamilyRecord): string {
  const { clientId, scope, audience, authTime, acr, amr } = family
  // The script reads the first member, the client.
  return JSON.stringify([clientId, scope, audience, authTime, acr, amr])
}

export function unpackFamily(
  id: { familyId: string; sid: string; sub: string },
  text: string,
): FamilyRecord {
  const [numbers = '', facts = ''] = text.split('\n')
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
  }
}
