import type { Expression, SelectQueryBuilder, SqlBool } from 'kysely'
import { sql } from 'kysely'
import { checkWholeNumber } from '../checks/whole-number.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries } from './sql.ts'
import type { Tables } from './tables.ts'

type Selecting = SelectQueryBuilder<Tables, 'users' | 'groups', { id: string }>

interface Selected {
  readonly where: Expression<SqlBool> | undefined
  readonly after?: string | undefined
  readonly skip?: number | undefined
  readonly limit: number
  /** Of the next so many rows alone. */
  readonly near?: number
}

/** The ids of a page, in their order. */
export async function selectIds(
  db: Queries,
  table: 'users' | 'groups',
  { where, after = '', skip = 0, limit, near }: Selected,
): Promise<string[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  checkWholeNumber(skip, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'skip' })
  const from =
    near === undefined
      ? chosen(db, table, where).where('id', '>', after)
      : amongNext(db, table, { where, after, near })
  const rows = await from.orderBy('id').limit(limit).offset(skip).execute()
  return rows.map(({ id }) => id)
}

function amongNext(
  db: Queries,
  table: 'users' | 'groups',
  { where, after, near }: { where: Selected['where']; after: string; near: number },
): Selecting {
  const next = db.selectFrom(table).selectAll().where('id', '>', after).orderBy('id').limit(near)
  const all = db.selectFrom(next.as(table)).select('id') as unknown as Selecting
  return where === undefined ? all : all.where(where)
}

/** How many there are, at most `most` of them. */
export async function countIds(
  db: Queries,
  table: 'users' | 'groups',
  where: Expression<SqlBool> | undefined,
  most: number,
): Promise<number> {
  checkWholeNumber(most, { least: 1, most: Number.MAX_SAFE_INTEGER, where: 'most' })
  const { count } = await db
    .selectFrom(chosen(db, table, where).limit(most).as('some'))
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

function chosen(
  db: Queries,
  table: 'users' | 'groups',
  where: Expression<SqlBool> | undefined,
): Selecting {
  const all = db.selectFrom(table).select('id') as Selecting
  return where === undefined ? all : all.where(where)
}
