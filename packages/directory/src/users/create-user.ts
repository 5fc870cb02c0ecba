import { type Clock, nowSeconds, type Random } from '@latchkey/protocol'
import { checkAttributes } from '../checks/attributes.ts'
import { checkUsername, usernameTaken } from '../checks/username.ts'
import type { AttributeRule, NewUser } from '../directory.ts'
import { replaceGroups } from '../groups/group-members.ts'
import { flag } from '../sql/columns.ts'
import { holderOf, replaceGrants } from '../sql/grants.ts'
import { insertNew, insertUnlessThere } from '../sql/insert-new.ts'
import type { Queries } from '../sql/sql.ts'
import { ulid } from '../ulid.ts'
import { freeExternalId } from './free-external-id.ts'
import { claimLooks } from './look-alikes.ts'
import { checkDisplayName, checkEmail, checkLocale, checkVerified, searchText } from './profile.ts'
import { replaceRoles } from './replace-roles.ts'
import { checkProfile } from './standard-claims.ts'

const ID_ATTEMPTS = 3

/** One user, its roles and grants, in the caller's transaction. Returns its `sub`. */
export async function createUser(
  db: Queries,
  deps: { clock: Clock; random: Random; attributes: readonly AttributeRule[] },
  user: NewUser,
  passwordHash: string | null,
): Promise<string> {
  const now = nowSeconds(deps.clock)
  const profile = {
    username_key: checkUsername(user.username, 'username'),
    name: checkDisplayName(user.name ?? user.username),
    email: checkEmail(user.email ?? ''),
  }
  checkVerified(user.emailVerified, profile.email)
  const sub = await issueId(db, deps)
  const external = await freeExternalId(db, sub, user.externalId ?? '')
  await insertNew(
    db.insertInto('users').values({
      id: sub,
      username: user.username,
      ...profile,
      email_verified: flag(user.emailVerified === true),
      locale: checkLocale(user.locale ?? ''),
      password_hash: passwordHash,
      password_changed_at: passwordHash === null ? null : now,
      disabled: 0,
      search_text: searchText(profile),
      profile: JSON.stringify(checkProfile(user.profile ?? {})),
      one_time_code_secret: null,
      must_change_password: flag(user.mustChangePassword === true),
      ...external,
      attributes: JSON.stringify(checkAttributes(deps.attributes, user.attributes ?? {})),
      created_at: now,
      updated_at: now,
    }),
    () => usernameTaken(user.username),
  )
  await claimLooks(db, sub, user.username)
  await replaceRoles(db, sub, user.roles ?? [])
  await replaceGroups(db, sub, user.groups ?? [])
  await replaceGrants(db, holderOf.user(sub), user.grants ?? [])
  return sub
}

/** Notes the id for ever, so that no later user can be taken for this one, whatever clock and chance do. */
async function issueId(db: Queries, { clock, random }: { clock: Clock; random: Random }) {
  for (let attempt = 0; attempt < ID_ATTEMPTS; attempt++) {
    const id = `u_${ulid(clock, random)}`
    const row = { id, issued_at: nowSeconds(clock) }
    if (await insertUnlessThere(db.insertInto('user_ids').values(row))) return id
  }
  throw new Error('chance gave an id that is in use, several times: it is not random')
}
