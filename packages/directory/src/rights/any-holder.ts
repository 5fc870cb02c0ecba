import type { Queries } from '../sql/sql.ts'

/**
 * See `Users.anyHolder`. First who holds the grant at all, which few do; then whether an enabled person stands behind one of
 * these holders.
 */
export async function anyHolder(
  db: Queries,
  audience: string,
  grants: readonly string[],
): Promise<boolean> {
  const rows = await db
    .selectFrom('grants')
    .select('holder')
    .distinct()
    .where('audience', '=', audience)
    .where('route_grant', 'in', [...grants])
    .where('until', 'is', null)
    .execute()
  const holders = rows.map((row) => row.holder)
  const named = (prefix: string) =>
    holders.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length))
  const roles = named('role:')
  return (
    (await isAnyEnabled(
      db,
      holders.filter((one) => one.startsWith('u_')),
    )) ||
    (await isRoleHeld(db, roles)) ||
    (await isInGroup(db, named('group:'), roles))
  )
}

/** A statement takes so many parameters for sure, on both engines. */
const AT_ONCE = 500

async function isAnyEnabled(db: Queries, subs: readonly string[]): Promise<boolean> {
  for (let from = 0; from < subs.length; from += AT_ONCE) {
    const found = await db
      .selectFrom('users')
      .select('id')
      .where('id', 'in', subs.slice(from, from + AT_ONCE))
      .where('disabled', '=', 0)
      .limit(1)
      .executeTakeFirst()
    if (found) return true
  }
  return false
}

async function isRoleHeld(db: Queries, roles: readonly string[]): Promise<boolean> {
  if (roles.length === 0) return false
  const found = await db
    .selectFrom('user_roles')
    .innerJoin('users', 'users.id', 'user_roles.user_id')
    .select('users.id')
    .where('user_roles.role', 'in', [...roles])
    .where('users.disabled', '=', 0)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** A member of one of these groups or of a group that has one of these roles, or of a child of either. */
async function isInGroup(
  db: Queries,
  groups: readonly string[],
  roles: readonly string[],
): Promise<boolean> {
  const rows =
    roles.length === 0
      ? []
      : await db
          .selectFrom('group_roles')
          .select('group_id')
          .where('role', 'in', [...roles])
          .execute()
  const ids = [...groups, ...rows.map((row) => row.group_id)]
  if (ids.length === 0) return false
  const found = await db
    .selectFrom('group_members')
    .innerJoin('groups', 'groups.id', 'group_members.group_id')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .select('users.id')
    .where(({ eb, or }) => or([eb('groups.id', 'in', ids), eb('groups.parent', 'in', ids)]))
    .where('users.disabled', '=', 0)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
