import { InputError } from '@latchkey/protocol'
import { SOME_NAMES_ROWS, someNames } from '../checks/some-names.ts'
import { quoted } from '../checks/text.ts'
import { nextCount } from '../sql/next-count.ts'
import type { Queries } from '../sql/sql.ts'
import { unknownGroup } from './read-groups.ts'

/**
 * The parent as stored, null for ''. One level: a parent has no parent, and a group with children gets none. Throws InputError
 * `unknown-group` or `group-nesting`.
 */
export async function checkParent(db: Queries, id: string, parent: string): Promise<string | null> {
  if (parent === '') return null
  // No key can express it, so changes of nesting take turns: two groups could become each other's parents at once.
  await nextCount(db, 'group-nesting')
  const found = await db
    .selectFrom('groups')
    .select(['id', 'name', 'parent'])
    .where('id', '=', parent)
    .executeTakeFirst()
  if (found === undefined) throw unknownGroup(parent, 'parent')
  if (found.id === id) throw nesting('itself')
  if (found.parent !== null) throw nesting(`${quoted(found.name)}, which has a parent`)
  const [child] = await childrenOf(db, id)
  if (child !== undefined) throw nesting(`a parent for the parent of ${quoted(child)}`)
  return parent
}

/** Throws InputError `group-in-use`, with the names of some children. */
export async function refuseChildren(db: Queries, id: string): Promise<void> {
  await nextCount(db, 'group-nesting')
  const children = await childrenOf(db, id)
  if (children.length === 0) return
  throw new InputError('group-in-use', {
    received: `the parent of ${someNames(children.map(quoted))}`,
    expected: 'a group without children: give them another parent, or none, first',
  })
}

async function childrenOf(db: Queries, id: string): Promise<string[]> {
  const rows = await db
    .selectFrom('groups')
    .select('name')
    .where('parent', '=', id)
    .orderBy('id')
    .limit(SOME_NAMES_ROWS)
    .execute()
  return rows.map(({ name }) => name)
}

function nesting(received: string): InputError {
  return new InputError('group-nesting', {
    received,
    expected: 'a group without a parent, for a group without children: groups nest one level',
    where: 'parent',
  })
}
