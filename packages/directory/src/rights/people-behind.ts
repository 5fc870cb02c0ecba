import { checkWholeNumber } from '../checks/whole-number.ts'
import type { Queries } from '../sql/sql.ts'

/** For a caller who wants all of them and then speaks of the audience instead. */
const PEOPLE_AT_ONCE = 1_000_000

/** See `Groups.affected`. */
export async function peopleOfGroup(db: Queries, id: string, limit: number): Promise<string[]> {
  checkLimit(limit)
  const rows = await db
    .selectFrom('group_members')
    .select('user_id')
    .distinct()
    .where('group_id', 'in', (q) =>
      q
        .selectFrom('groups')
        .select('id')
        .where(({ eb, or }) => or([eb('id', '=', id), eb('parent', '=', id)])),
    )
    .orderBy('user_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.user_id)
}

/** See `Roles.holders`. */
export async function peopleOfRole(
  db: Queries,
  role: string,
  limit: number,
  after = '',
): Promise<string[]> {
  checkLimit(limit)
  const rows = await db
    .selectFrom('user_roles')
    .select('user_id')
    .where('role', '=', role)
    .where('user_id', '>', after)
    .union((e) =>
      e
        .selectFrom('group_roles')
        .innerJoin('groups', (join) =>
          join.on(({ eb, or, ref }) =>
            or([
              eb('groups.id', '=', ref('group_roles.group_id')),
              eb('groups.parent', '=', ref('group_roles.group_id')),
            ]),
          ),
        )
        .innerJoin('group_members', 'group_members.group_id', 'groups.id')
        .select('group_members.user_id')
        .where('group_roles.role', '=', role)
        .where('group_members.user_id', '>', after),
    )
    .orderBy('user_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.user_id)
}

function checkLimit(limit: number): void {
  checkWholeNumber(limit, { least: 1, most: PEOPLE_AT_ONCE, where: 'limit' })
}
