import { InputError } from '@latchkey/protocol'
import { distinctTexts } from '../checks/at-most.ts'
import { quoted } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { GroupMember } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries } from '../sql/sql.ts'
import { unknownGroup } from './read-groups.ts'

/** See `Groups.members`. */
export async function listMembers(
  db: Queries,
  id: string,
  { after = '', limit }: { after?: string; limit: number },
): Promise<GroupMember[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  await requireGroup(db, id)
  return db
    .selectFrom('group_members')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .select(['users.id as sub', 'users.username', 'users.name'])
    .where('group_members.group_id', '=', id)
    .where('group_members.user_id', '>', after)
    .orderBy('group_members.user_id')
    .limit(limit)
    .execute()
}

/** See `Groups.addMembers`. */
export async function addMembers(
  db: Queries,
  id: string,
  subs: readonly string[],
): Promise<string[]> {
  checkSubs(subs)
  await requireGroup(db, id)
  if (subs.length === 0) return []
  const known = await db
    .selectFrom('users')
    .select('id')
    .where('id', 'in', [...subs])
    .execute()
  const found = new Set(known.map((row) => row.id))
  const missing = subs.findIndex((sub) => !found.has(sub))
  if (missing !== -1) {
    throw new InputError('unknown-user', {
      received: quoted(subs[missing] ?? ''),
      expected: 'the sub of a user',
      where: `members[${missing}]`,
    })
  }
  const added = await db
    .insertInto('group_members')
    .values(subs.map((user_id) => ({ group_id: id, user_id })))
    .onConflict((clash) => clash.doNothing())
    .returning('user_id')
    .execute()
  return added.map((row) => row.user_id)
}

/** See `Groups.removeMembers`. */
export async function removeMembers(
  db: Queries,
  id: string,
  subs: readonly string[],
): Promise<string[]> {
  checkSubs(subs)
  await requireGroup(db, id)
  if (subs.length === 0) return []
  const removed = await db
    .deleteFrom('group_members')
    .where('group_id', '=', id)
    .where('user_id', 'in', [...subs])
    .returning('user_id')
    .execute()
  return removed.map((row) => row.user_id)
}

/** Makes the user a member of these groups and no others. Throws InputError `duplicate`, `too-many` or `unknown-group`. */
export async function replaceGroups(
  db: Queries,
  sub: string,
  groups: readonly string[],
): Promise<void> {
  distinctTexts(DIRECTORY_LIMITS.groupsPerUser, groups, 'groups')
  for (const [index, id] of groups.entries()) await requireGroup(db, id, `groups[${index}]`)
  await db.deleteFrom('group_members').where('user_id', '=', sub).execute()
  if (groups.length === 0) return
  const rows = groups.map((group_id) => ({ group_id, user_id: sub }))
  await db.insertInto('group_members').values(rows).execute()
}

async function requireGroup(db: Queries, id: string, where?: string): Promise<void> {
  const row = await db.selectFrom('groups').select('id').where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw unknownGroup(id, where)
}

function checkSubs(subs: readonly string[]): void {
  distinctTexts(DIRECTORY_LIMITS.membersPerChange, subs, 'members')
}
