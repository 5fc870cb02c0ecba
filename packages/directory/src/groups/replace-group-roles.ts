import { distinctTexts } from '../checks/at-most.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { requireKnown } from '../sql/require-known.ts'
import type { Queries } from '../sql/sql.ts'

/** Gives the group these roles and no others. Throws InputError `duplicate`, `too-many` or `unknown-role`. */
export async function replaceGroupRoles(
  db: Queries,
  id: string,
  roles: readonly string[],
): Promise<void> {
  distinctTexts(DIRECTORY_LIMITS.rolesPerUser, roles, 'roles')
  const references = roles.map((name, index) => ({ name, where: `roles[${index}]` }))
  await requireKnown(db, 'role', references)
  await db.deleteFrom('group_roles').where('group_id', '=', id).execute()
  if (roles.length === 0) return
  await db
    .insertInto('group_roles')
    .values(roles.map((role) => ({ group_id: id, role })))
    .execute()
}
