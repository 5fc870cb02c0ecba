import { sql } from 'kysely'
import { checkText } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { User, UserQuery } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { flag } from '../sql/columns.ts'
import { containing } from '../sql/containing.ts'
import type { Queries } from '../sql/sql.ts'
import { readUsers } from './read-users.ts'

/** See `Users.list`. */
export async function listUsers(db: Queries, query: UserQuery): Promise<User[]> {
  const { after = '', limit, search = '', status, role, group } = query
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  checkText(search, { code: 'search', where: 'search', maxChars: DIRECTORY_LIMITS.nameChars })
  let page = db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(limit)
  if (search !== '') {
    page = page.where(sql<boolean>`search_text like ${containing(search)} escape '!'`)
  }
  if (status !== undefined) page = page.where('disabled', '=', flag(status === 'disabled'))
  if (status === 'active' || status === 'must_change_password') {
    page = page.where('must_change_password', '=', flag(status === 'must_change_password'))
  }
  if (role !== undefined) {
    page = page.where('id', 'in', (q) =>
      q.selectFrom('user_roles').select('user_id').where('role', '=', role),
    )
  }
  if (group !== undefined) {
    page = page.where('id', 'in', (q) =>
      q.selectFrom('group_members').select('user_id').where('group_id', '=', group),
    )
  }
  return readUsers(db, await page.execute())
}
