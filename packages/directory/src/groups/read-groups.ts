import { InputError } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import type { Group } from '../directory.ts'
import { optional } from '../sql/columns.ts'
import { grantsOf, holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'
import type { GroupRow } from '../sql/tables.ts'

/** The groups of these rows, in their order, with roles and grants: two more queries however many they are. */
export async function readGroups(db: Queries, rows: readonly GroupRow[]): Promise<Group[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const roleRows = await db
    .selectFrom('group_roles')
    .selectAll()
    .where('group_id', 'in', ids)
    .execute()
  const roles = Map.groupBy(roleRows, (row) => row.group_id)
  const grants = await grantsOf(db, ids.map(holderOf.group))
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    ...optional('parent', row.parent),
    roles: (roles.get(row.id) ?? []).map(({ role }) => role).sort(),
    grants: grants(holderOf.group(row.id)),
    ...optional('externalId', row.external_id),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
}

/** One group by a unique column. */
export async function readGroup(
  db: Queries,
  column: 'id' | 'name_key' | 'external_id',
  value: string,
): Promise<Group | undefined> {
  const row = await db.selectFrom('groups').selectAll().where(column, '=', value).executeTakeFirst()
  return row === undefined ? undefined : (await readGroups(db, [row]))[0]
}

export function unknownGroup(id: string, where?: string): InputError {
  return new InputError('unknown-group', {
    received: quoted(id),
    expected: 'the id of a group',
    ...(where === undefined ? {} : { where }),
  })
}
