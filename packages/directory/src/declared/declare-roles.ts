import { within } from '../checks/within.ts'
import type { Directory, Role } from '../directory.ts'
import { type Applied, changedMembers, outcomeOf } from './applied.ts'
import type { DeclaredRole } from './declared-directory.ts'
import { changedAudiences, declaredGrants } from './declared-grants.ts'

/**
 * Every verifier keeps every entry: beyond so many people, one entry about the audience costs less than one for each.
 */
const STALE_SUBJECTS = 100

export async function declareRoles(
  inside: Directory,
  declared: readonly DeclaredRole[],
  services: ReadonlySet<string>,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, role] of declared.entries()) {
    applied.push(await within(`roles[${index}]`, () => declareRole(inside, role, services)))
  }
  return applied
}

async function declareRole(
  inside: Directory,
  { name, description = '', grants }: DeclaredRole,
  services: ReadonlySet<string>,
): Promise<Applied> {
  const before = await inside.roles.find(name)
  const after: Role = { name, description, grants: declaredGrants(grants, services) }
  const changed = changedMembers(before, after)
  if (changed.length > 0) await inside.roles.save(after)
  return {
    kind: 'role',
    name,
    target: name,
    outcome: outcomeOf(before, changed),
    changed,
    wasDisabled: false,
    stale: before === undefined ? [] : await staleAfter(inside, before, after),
  }
}

async function staleAfter(inside: Directory, before: Role, after: Role): Promise<string[]> {
  const audiences = changedAudiences(before.grants, after.grants)
  if (audiences.length === 0) return []
  const holders = await inside.roles.holders(after.name, STALE_SUBJECTS + 1)
  return holders.length > STALE_SUBJECTS ? audiences : holders
}
