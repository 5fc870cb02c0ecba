import { sql } from 'kysely'
import { checkText } from '../checks/text.ts'
import { fold } from '../checks/username.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { User } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries } from '../sql/sql.ts'
import { readUsers } from './read-users.ts'

/** See `Users.list`. */
export async function listUsers(
  db: Queries,
  { after = '', limit, search = '' }: { after?: string; limit: number; search?: string },
): Promise<User[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  checkText(search, { code: 'search', where: 'search', maxChars: DIRECTORY_LIMITS.nameChars })
  const page = db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(limit)
  const found =
    search === ''
      ? page
      : page.where(sql<boolean>`search_text like ${containing(search)} escape '!'`)
  return readUsers(db, await found.execute())
}

/** A pattern in which only the outer `%` mean anything. */
function containing(search: string): string {
  return `%${fold(search).replace(/[!%_]/g, '!$&')}%`
}
