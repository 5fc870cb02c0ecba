import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely'
import { checkText } from '../checks/text.ts'
import { fold } from '../checks/username.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { User, UserQuery } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { containing } from '../sql/containing.ts'
import type { Engine } from '../sql/engine.ts'
import type { Queries } from '../sql/sql.ts'
import type { Flag, Tables, UserRow } from '../sql/tables.ts'
import { readUsers } from './read-users.ts'

/** So many of the next users are looked through, in some milliseconds, before an index is asked. */
const NEAR_ROWS = 10_000

type Condition = Expression<SqlBool>

/** See `Users.list`. */
export async function listUsers(db: Queries, query: UserQuery, engine: Engine): Promise<User[]> {
  const { after = '', limit, search = '' } = query
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  checkText(search, { code: 'search', where: 'search', maxChars: DIRECTORY_LIMITS.nameChars })
  const all = { after, limit, conditions: conditionsOf(query) }
  if (search === '') return readUsers(db, await readPage(db, all))
  // What many have is found at once among the next ones. Only an index finds what few have, and it would fetch and sort all of
  // the many.
  const near = await readPageNear(db, all)
  if (near.length === limit) return readUsers(db, near)
  const indexed = [...all.conditions, engine.searchIndex(fold(search))]
  return readUsers(db, await readPage(db, { ...all, conditions: indexed }))
}

interface Page {
  readonly after: string
  readonly limit: number
  readonly conditions: readonly Condition[]
}

function readPage(db: Queries, { after, limit, conditions }: Page): Promise<UserRow[]> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('id', '>', after)
    .where((e) => e.and(conditions))
    .orderBy('id')
    .limit(limit)
    .execute()
}

function readPageNear(db: Queries, { after, limit, conditions }: Page): Promise<UserRow[]> {
  const near = db
    .selectFrom('users')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(NEAR_ROWS)
  return db
    .selectFrom(near.as('users'))
    .selectAll()
    .where((e) => e.and(conditions))
    .orderBy('id')
    .limit(limit)
    .execute()
}

function conditionsOf({ search = '', status, role, group }: UserQuery): Condition[] {
  const e = expressionBuilder<Tables, 'users'>()
  const conditions: Condition[] = []
  if (search !== '') {
    conditions.push(sql<boolean>`search_text like ${containing(search)} escape '!'`)
  }
  if (status === 'disabled') conditions.push(e('disabled', '=', sql.lit(1)))
  if (status === 'active' || status === 'must_change_password') {
    // Literals: indexes of the few that are not active are told from each other by them.
    const mustChange = sql.lit<Flag>(status === 'active' ? 0 : 1)
    conditions.push(e('disabled', '=', sql.lit(0)), e('must_change_password', '=', mustChange))
  }
  if (role !== undefined) {
    conditions.push(
      e('id', 'in', e.selectFrom('user_roles').select('user_id').where('role', '=', role)),
    )
  }
  if (group !== undefined) {
    conditions.push(
      e('id', 'in', e.selectFrom('group_members').select('user_id').where('group_id', '=', group)),
    )
  }
  return conditions
}
