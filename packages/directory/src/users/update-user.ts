import { checkAttributes } from '../checks/attributes.ts'
import { checkUsername, usernameTaken } from '../checks/username.ts'
import type { AttributeRule, UserChange } from '../directory.ts'
import { replaceGroups } from '../groups/group-members.ts'
import { flag } from '../sql/columns.ts'
import { holderOf, replaceGrants } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'
import type { UserRow } from '../sql/tables.ts'
import { freeExternalId } from './free-external-id.ts'
import { claimLooks } from './look-alikes.ts'
import { checkDisplayName, checkEmail, checkLocale, checkVerified, searchText } from './profile.ts'
import { replaceRoles } from './replace-roles.ts'
import { checkProfile } from './standard-claims.ts'

/**
 * Applies to this row the members that are given, in the caller's transaction. Takes each by name: whatever else an
 * input carries (`sub`, `disabled`) has no effect.
 */
export async function updateUser(
  db: Queries,
  row: UserRow,
  change: UserChange,
  rules: readonly AttributeRule[],
): Promise<void> {
  const username = change.username ?? row.username
  const username_key = await freeUsername(db, row, username)
  const name = change.name === undefined ? row.name : checkDisplayName(change.name)
  const email = change.email === undefined ? row.email : checkEmail(change.email)
  const locale = change.locale === undefined ? row.locale : checkLocale(change.locale)
  checkVerified(change.emailVerified, email)
  const { profile, attributes, externalId } = change
  await db
    .updateTable('users')
    .set({
      username,
      username_key,
      name,
      email,
      email_verified: verified(row, email, change.emailVerified),
      locale,
      ...(externalId === undefined ? {} : await freeExternalId(db, row.id, externalId)),
      ...(attributes === undefined
        ? {}
        : { attributes: JSON.stringify(checkAttributes(rules, attributes)) }),
      ...(profile === undefined ? {} : { profile: JSON.stringify(checkProfile(profile)) }),
      search_text: searchText({ username_key, name, email }),
    })
    .where('id', '=', row.id)
    .execute()
  if (change.roles !== undefined) await replaceRoles(db, row.id, change.roles)
  if (change.groups !== undefined) await replaceGroups(db, row.id, change.groups)
  if (change.grants !== undefined) await replaceGrants(db, holderOf.user(row.id), change.grants)
}

/** The key of a user name that may be a new one: nobody else has it, and it looks like nobody else's. */
async function freeUsername(db: Queries, row: UserRow, username: string): Promise<string> {
  if (username === row.username) return row.username_key
  const key = checkUsername(username, 'username')
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('username_key', '=', key)
    .where('id', '!=', row.id)
    .executeTakeFirst()
  if (other !== undefined) throw usernameTaken(username)
  await claimLooks(db, row.id, username)
  return key
}

/** What was verified is the address: another one starts anew, and without one there is nothing to verify. */
function verified(row: UserRow, email: string | null, given: boolean | undefined) {
  if (email === null) return 0
  if (given !== undefined) return flag(given)
  return email === row.email ? row.email_verified : 0
}
