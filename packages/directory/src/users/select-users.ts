import { checkCondition } from '../checks/condition.ts'
import type { Selection, User, UserCondition } from '../directory.ts'
import { userSql } from '../sql/conditions.ts'
import type { Engine } from '../sql/engine.ts'
import { countIds, selectIds } from '../sql/select-ids.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { readUsers } from './read-users.ts'

/** So many of the next users are looked through, in a few milliseconds, before an index is asked. */
const NEAR_ROWS = 2000

/** See `Users.select`. Passing over rows reads their ids alone, and not all that is known of them. */
export async function selectUsers(sql: Sql, selection: Selection<UserCondition>): Promise<User[]> {
  const { where } = selection
  if (where !== undefined) checkCondition(where)
  return await sql.read(async (db) => {
    const ids = await selectedIds(db, selection, sql.engine)
    if (ids.length === 0) return []
    const rows = db.selectFrom('users').selectAll().where('id', 'in', ids).orderBy('id')
    return await readUsers(db, await rows.execute())
  })
}

async function selectedIds(
  db: Queries,
  { where, ...page }: Selection<UserCondition>,
  engine: Engine,
): Promise<string[]> {
  if (where === undefined) return await selectIds(db, 'users', { where, ...page })
  // What is true of many is found at once among the next ones: only an index finds what is true of few.
  if (!page.skip) {
    const near = await selectIds(db, 'users', {
      ...{ ...page, where: userSql(where, undefined), near: NEAR_ROWS },
    })
    if (near.length === page.limit) return near
  }
  return await selectIds(db, 'users', { ...page, where: userSql(where, engine) })
}

/** See `Users.count`. */
export async function countUsers(
  sql: Sql,
  { where, most }: { readonly where?: UserCondition | undefined; readonly most: number },
): Promise<number> {
  if (where !== undefined) checkCondition(where)
  const chosen = where && userSql(where, sql.engine)
  return await sql.read((db) => countIds(db, 'users', chosen, most))
}
