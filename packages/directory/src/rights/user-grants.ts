import { sql } from 'kysely'
import type { GrantOrigin, GrantSource } from '../directory.ts'
import { optional } from '../sql/columns.ts'
import type { Queries } from '../sql/sql.ts'

/**
 * Every grant of the user at one service, with its origin: directly, by a role, by a group or its parent, by a role of those.
 * One query, so that it sees one state of all of them. Cross joins, because SQLite takes them in this order: by itself it would
 * read all grants that there are, and look each one up among the few that are held.
 */
export async function userGrants(
  db: Queries,
  sub: string,
  audience: string,
): Promise<(GrantSource & { readonly isDisabled: boolean })[]> {
  const rows = await db
    .with('member_of', (q) =>
      q
        .selectFrom('group_members')
        .select('group_id as group')
        .where('user_id', '=', sub)
        .union((e) =>
          e
            .selectFrom('group_members')
            .innerJoin('groups', 'groups.id', 'group_members.group_id')
            .select('groups.parent as group')
            .$narrowType<{ group: string }>()
            .where('group_members.user_id', '=', sub)
            .where('groups.parent', 'is not', null),
        ),
    )
    .with('held', (q) =>
      q
        .selectFrom('users')
        .select(['id as holder', NOBODY.as('role'), NOBODY.as('group'), 'disabled'])
        .where('id', '=', sub)
        .unionAll((e) =>
          e
            .selectFrom('user_roles')
            .innerJoin('users', 'users.id', 'user_roles.user_id')
            .select([
              sql<string>`'role:' || user_roles.role`.as('holder'),
              sql<string | null>`user_roles.role`.as('role'),
              NOBODY.as('group'),
              'users.disabled',
            ])
            .where('users.id', '=', sub),
        )
        .unionAll((e) =>
          e
            .selectFrom('member_of')
            .innerJoin('users', (join) => join.on('users.id', '=', sub))
            .select([
              sql<string>`'group:' || member_of."group"`.as('holder'),
              NOBODY.as('role'),
              sql<string | null>`member_of."group"`.as('group'),
              'users.disabled',
            ]),
        )
        .unionAll((e) =>
          e
            .selectFrom('member_of')
            .crossJoin('group_roles')
            .whereRef('group_roles.group_id', '=', 'member_of.group')
            .innerJoin('users', (join) => join.on('users.id', '=', sub))
            .select([
              sql<string>`'role:' || group_roles.role`.as('holder'),
              sql<string | null>`group_roles.role`.as('role'),
              sql<string | null>`member_of."group"`.as('group'),
              'users.disabled',
            ]),
        ),
    )
    .selectFrom('held')
    .crossJoin('grants')
    .whereRef('grants.holder', '=', 'held.holder')
    .select(['grants.route_grant', 'grants.until', 'held.role', 'held.group', 'held.disabled'])
    .where('grants.audience', '=', audience)
    .execute()
  return rows.map(({ route_grant, until, role, group, disabled }) => ({
    grant: route_grant,
    ...optional('until', until),
    by: originOf(role, group),
    isDisabled: disabled === 1,
  }))
}

/** PostgreSQL wants to know of what kind the nothing is. */
const NOBODY = sql<string | null>`cast(null as text)`

function originOf(role: string | null, group: string | null): GrantOrigin {
  if (role !== null) return { kind: 'role', role, ...optional('group', group) }
  return group === null ? { kind: 'direct' } : { kind: 'group', group }
}
