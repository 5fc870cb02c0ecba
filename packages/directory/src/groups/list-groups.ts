import { sql } from 'kysely'
import { checkText } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { Group } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { containing } from '../sql/containing.ts'
import type { Queries } from '../sql/sql.ts'
import { readGroups } from './read-groups.ts'

/** See `Groups.list`. */
export async function listGroups(
  db: Queries,
  { after = '', limit, search = '' }: { after?: string; limit: number; search?: string },
): Promise<Group[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  checkText(search, { code: 'search', where: 'search', maxChars: DIRECTORY_LIMITS.nameChars })
  const page = db
    .selectFrom('groups')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
  const found =
    search === '' ? page : page.where(sql<boolean>`name_key like ${containing(search)} escape '!'`)
  return readGroups(db, await found.execute())
}
