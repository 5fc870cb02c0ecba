import { type Clock, InputError, nowSeconds, type Random } from '@latchkey/protocol'
import { checkExternalId, externalIdTaken } from '../checks/external-id.ts'
import { checkName, checkText, quoted } from '../checks/text.ts'
import { fold } from '../checks/username.ts'
import type { GroupChange, NewGroup } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { holderOf, replaceGrants } from '../sql/grants.ts'
import { insertNew } from '../sql/insert-new.ts'
import type { Queries } from '../sql/sql.ts'
import type { GroupRow } from '../sql/tables.ts'
import { ulid } from '../ulid.ts'
import { checkParent } from './nesting.ts'
import { unknownGroup } from './read-groups.ts'
import { replaceGroupRoles } from './replace-group-roles.ts'

/** One group, its roles and grants, in the caller's transaction. Returns its id. */
export async function createGroup(
  db: Queries,
  { clock, random }: { clock: Clock; random: Random },
  group: NewGroup,
): Promise<string> {
  const now = nowSeconds(clock)
  const id = `g_${ulid(clock, random)}`
  const externalId = checkExternalId(group.externalId ?? '')
  await refuseTaken(db, id, groupNameKey(group.name), externalId)
  await insertNew(
    db.insertInto('groups').values({
      id,
      name: group.name,
      name_key: groupNameKey(group.name),
      description: checkDescription(group.description ?? ''),
      parent: await checkParent(db, id, group.parent ?? ''),
      external_id: externalId,
      created_at: now,
      updated_at: now,
    }),
    () => groupTaken(group.name),
  )
  await replaceGroupRoles(db, id, group.roles ?? [])
  await replaceGrants(db, holderOf.group(id), group.grants ?? [])
  return id
}

/** Applies the members that are given, in the caller's transaction. Throws InputError `unknown-group`. */
export async function updateGroup(
  db: Queries,
  id: string,
  change: GroupChange,
  now: number,
): Promise<void> {
  // First, so that the row is locked from here on and nobody nests or names another one meanwhile.
  const row = await touchGroup(db, id, now)
  const columns: Partial<GroupRow> = {
    ...(change.name === undefined
      ? {}
      : { name: change.name, name_key: groupNameKey(change.name) }),
    ...(change.description === undefined
      ? {}
      : { description: checkDescription(change.description) }),
    ...(change.parent === undefined ? {} : { parent: await checkParent(db, id, change.parent) }),
    ...(change.externalId === undefined ? {} : { external_id: checkExternalId(change.externalId) }),
  }
  const after = { ...row, ...columns }
  await refuseTaken(db, id, after.name_key, after.external_id)
  if (Object.keys(columns).length > 0) {
    await db.updateTable('groups').set(columns).where('id', '=', id).execute()
  }
  if (change.roles !== undefined) await replaceGroupRoles(db, id, change.roles)
  if (change.grants !== undefined) await replaceGrants(db, holderOf.group(id), change.grants)
}

async function touchGroup(db: Queries, id: string, now: number): Promise<GroupRow> {
  const row = await db
    .updateTable('groups')
    .set({ updated_at: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw unknownGroup(id)
  return row
}

/** Says which of the two is taken; the unique keys decide when others write at the same time. */
async function refuseTaken(db: Queries, id: string, nameKey: string, externalId: string | null) {
  const others = await db
    .selectFrom('groups')
    .select(['name', 'name_key', 'external_id'])
    .where('id', '!=', id)
    .where(({ eb, or }) => or([eb('name_key', '=', nameKey), eb('external_id', '=', externalId)]))
    .execute()
  const [other] = others
  if (other === undefined) return
  if (other.name_key === nameKey) throw groupTaken(other.name)
  throw externalIdTaken(externalId ?? '')
}

function groupTaken(name: string): InputError {
  return new InputError('group-taken', {
    received: quoted(name),
    expected: 'a name that no group has, in any spelling',
    where: 'name',
  })
}

function groupNameKey(name: string): string {
  const maxChars = DIRECTORY_LIMITS.groupNameChars
  return fold(checkName(name, { code: 'group-name', where: 'name', maxChars })).trim()
}

function checkDescription(description: string): string {
  const maxChars = DIRECTORY_LIMITS.descriptionChars
  return checkText(description, { code: 'description', where: 'description', maxChars })
}
