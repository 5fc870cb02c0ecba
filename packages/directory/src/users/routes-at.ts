import type { Queries } from '../sql/sql.ts'

/** See `Users.routesAt`. One query, so that it sees one state of roles and grants. */
export async function userRoutesAt(db: Queries, sub: string, audience: string): Promise<string[]> {
  const rows = await db
    .selectFrom('grants')
    .innerJoin('users', (join) => join.on('users.id', '=', sub).on('users.disabled', '=', 0))
    .select('grants.route_grant')
    .distinct()
    .where('grants.audience', '=', audience)
    .where(({ eb, or, selectFrom, val }) =>
      or([
        eb('grants.holder', '=', sub),
        eb(
          'grants.holder',
          'in',
          selectFrom('user_roles')
            .select((e) => e(val('role:'), '||', e.ref('user_roles.role')).as('holder'))
            .where('user_roles.user_id', '=', sub),
        ),
      ]),
    )
    .execute()
  return rows.map((row) => row.route_grant).sort()
}
