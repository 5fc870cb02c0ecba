import { checkCondition } from '../checks/condition.ts'
import type { Group, GroupCondition, Selection } from '../directory.ts'
import { groupSql } from '../sql/conditions.ts'
import { countIds, selectIds } from '../sql/select-ids.ts'
import type { Queries } from '../sql/sql.ts'
import { readGroups } from './read-groups.ts'

/** See `Groups.select`. */
export async function selectGroups(
  db: Queries,
  { where, ...page }: Selection<GroupCondition>,
): Promise<Group[]> {
  const ids = await selectIds(db, 'groups', { where: conditionOf(where), ...page })
  if (ids.length === 0) return []
  const rows = db.selectFrom('groups').selectAll().where('id', 'in', ids).orderBy('id')
  return await readGroups(db, await rows.execute())
}

/** See `Groups.count`. */
export async function countGroups(
  db: Queries,
  { where, most }: { readonly where?: GroupCondition | undefined; readonly most: number },
): Promise<number> {
  return await countIds(db, 'groups', conditionOf(where), most)
}

function conditionOf(where: GroupCondition | undefined) {
  if (where === undefined) return undefined
  checkCondition(where)
  return groupSql(where)
}
