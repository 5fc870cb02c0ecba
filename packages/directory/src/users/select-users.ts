import { checkCondition } from '../checks/condition.ts'
import type { Selection, User, UserCondition } from '../directory.ts'
import { userSql } from '../sql/conditions.ts'
import { countIds, selectIds } from '../sql/select-ids.ts'
import type { Sql } from '../sql/sql.ts'
import { readUsers } from './read-users.ts'

/** See `Users.select`. Passing over rows reads their ids alone, and not all that is known of them. */
export async function selectUsers(
  sql: Sql,
  { where, ...page }: Selection<UserCondition>,
): Promise<User[]> {
  const chosen = conditionOf(sql, where)
  return await sql.read(async (db) => {
    const ids = await selectIds(db, 'users', { where: chosen, ...page })
    if (ids.length === 0) return []
    const rows = db.selectFrom('users').selectAll().where('id', 'in', ids).orderBy('id')
    return await readUsers(db, await rows.execute())
  })
}

/** See `Users.count`. */
export async function countUsers(
  sql: Sql,
  { where, most }: { readonly where?: UserCondition | undefined; readonly most: number },
): Promise<number> {
  const chosen = conditionOf(sql, where)
  return await sql.read((db) => countIds(db, 'users', chosen, most))
}

function conditionOf({ engine }: Sql, where: UserCondition | undefined) {
  if (where === undefined) return undefined
  checkCondition(where)
  return userSql(where, engine)
}
