import { distinctTexts } from '../checks/at-most.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { requireKnown } from '../sql/require-known.ts'
import type { Queries } from '../sql/sql.ts'

/** Gives the user these roles and no others. Throws InputError `duplicate`, `too-many` or `unknown-role`. */
export async function replaceRoles(
  db: Queries,
  sub: string,
  roles: readonly string[],
): Promise<void> {
  distinctTexts(DIRECTORY_LIMITS.rolesPerUser, roles, 'roles')
  const references = roles.map((name, index) => ({ name, where: `roles[${index}]` }))
  await requireKnown(db, 'role', references)
  await db.deleteFrom('user_roles').where('user_id', '=', sub).execute()
  if (roles.length === 0) return
  await db
    .insertInto('user_roles')
    .values(roles.map((role) => ({ user_id: sub, role })))
    .execute()
}
