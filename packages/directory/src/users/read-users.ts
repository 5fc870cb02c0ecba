import { usernameKey } from '../checks/username.ts'
import type { User } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { optional } from '../sql/columns.ts'
import { grantsOf, holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'
import type { UserRow } from '../sql/tables.ts'

/** The users of these rows, in their order, with roles, groups and grants: three more queries however many they are. */
export async function readUsers(db: Queries, rows: readonly UserRow[]): Promise<User[]> {
  if (rows.length === 0) return []
  const subs = rows.map((row) => row.id)
  const roleRows = await db
    .selectFrom('user_roles')
    .selectAll()
    .where('user_id', 'in', subs)
    .execute()
  const roles = Map.groupBy(roleRows, (row) => row.user_id)
  const groupRows = await db
    .selectFrom('group_members')
    .selectAll()
    .where('user_id', 'in', subs)
    .execute()
  const groups = Map.groupBy(groupRows, (row) => row.user_id)
  const grants = await grantsOf(db, subs.map(holderOf.user))
  return rows.map((row) => ({
    sub: row.id,
    username: row.username,
    name: row.name,
    ...optional('email', row.email),
    emailVerified: row.email_verified === 1,
    ...optional('locale', row.locale),
    disabled: row.disabled === 1,
    mustChangePassword: row.must_change_password === 1,
    ...optional('externalId', row.external_id),
    roles: (roles.get(row.id) ?? []).map(({ role }) => role).sort(),
    grants: grants(holderOf.user(row.id)),
    groups: (groups.get(row.id) ?? []).map(({ group_id }) => group_id).sort(),
    attributes: JSON.parse(row.attributes),
    ...optional('passwordChangedAt', row.password_changed_at),
    profile: JSON.parse(row.profile),
    hasOneTimeCode: row.one_time_code_secret !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
}

/** One user by a unique column. */
export async function readUser(
  db: Queries,
  column: 'id' | 'username_key' | 'external_id',
  value: string,
): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where(column, '=', value).executeTakeFirst()
  return row === undefined ? undefined : (await readUsers(db, [row]))[0]
}

/** See `Users.findByUsernames`. */
export async function readUsersByName(db: Queries, usernames: readonly string[]): Promise<User[]> {
  const keys = usernames.flatMap((username) => usernameKey(username) ?? [])
  const users: User[] = []
  for (let start = 0; start < keys.length; start += DIRECTORY_LIMITS.pageRows) {
    const some = keys.slice(start, start + DIRECTORY_LIMITS.pageRows)
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where('username_key', 'in', some)
      .execute()
    users.push(...(await readUsers(db, rows)))
  }
  return users
}
