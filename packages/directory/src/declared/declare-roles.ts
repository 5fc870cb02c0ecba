import { within } from '../checks/within.ts'
import type { Directory, Role } from '../directory.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredRole } from './declared-directory.ts'
import { changedAudiences, declaredGrants } from './declared-grants.ts'
import { memberChanges } from './member-changes.ts'
import { staleAbout } from './stale-about.ts'
import type { Stored } from './stored.ts'

export async function declareRoles(
  inside: Directory,
  declared: readonly DeclaredRole[],
  stored: Stored['roles'],
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, role] of declared.entries()) {
    applied.push(await within(`roles[${index}]`, () => declareRole(inside, role, stored)))
  }
  return applied
}

async function declareRole(
  inside: Directory,
  { name, description = '', grants }: DeclaredRole,
  stored: Stored['roles'],
): Promise<Applied> {
  const before = stored.get(name)
  const after: Role = { name, description, grants: declaredGrants(grants) }
  const members = memberChanges(before ?? { name, description: '', grants: [] }, after)
  if (before === undefined || members.length > 0) await inside.roles.save(after)
  return {
    kind: 'role',
    name,
    target: name,
    outcome: outcomeOf(before, members),
    members,
    wasDisabled: false,
    stale: before === undefined ? [] : await staleAfter(inside, before, after),
  }
}

async function staleAfter({ roles }: Directory, before: Role, after: Role): Promise<string[]> {
  const audiences = changedAudiences(before.grants, after.grants)
  if (audiences.length === 0) return []
  return await staleAbout(audiences, (limit) => roles.holders(after.name, limit))
}
