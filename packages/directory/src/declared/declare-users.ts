import { within } from '../checks/within.ts'
import type { Directory, User, UserChange } from '../directory.ts'
import { checkKnown } from '../sql/require-known.ts'
import { checkEmail, checkLocale } from '../users/profile.ts'
import { checkProfile } from '../users/standard-claims.ts'
import { type Applied, changedMembers, outcomeOf } from './applied.ts'
import type { DeclaredUser } from './declared-directory.ts'
import { declaredGrants } from './declared-grants.ts'

export interface UserReferences {
  readonly roles: ReadonlySet<string>
  readonly services: ReadonlySet<string>
  /** See `firstPasswords`. */
  readonly hashes: ReadonlyMap<string, string>
}

export async function declareUsers(
  inside: Directory,
  declared: readonly DeclaredUser[],
  references: UserReferences,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, user] of declared.entries()) {
    applied.push(await within(`users[${index}]`, () => declareUser(inside, user, references)))
  }
  return applied
}

async function declareUser(
  inside: Directory,
  declared: DeclaredUser,
  references: UserReferences,
): Promise<Applied> {
  const before = await inside.users.findByUsername(declared.username)
  const given = givenMembers(declared, before, references)
  const user = before ?? (await inside.users.create({ username: declared.username, ...given }))
  const changed = before === undefined ? Object.keys(given) : changedGiven(before, given)
  if (before !== undefined && changed.length > 0) await inside.users.update(user.sub, given)

  const hash = references.hashes.get(declared.username)
  const getsPassword = hash !== undefined && user.passwordChangedAt === undefined
  if (getsPassword) await inside.users.setPasswordHash(user.sub, hash)

  const disabled = declared.disabled ?? user.disabled
  if (disabled !== user.disabled) await inside.users.setDisabled(user.sub, disabled)

  const all = [
    ...changed,
    ...(getsPassword ? ['password'] : []),
    ...(disabled === user.disabled ? [] : ['disabled']),
  ]
  const mayDoOther =
    before !== undefined && (changed.includes('roles') || changed.includes('grants'))
  return {
    kind: 'user',
    name: declared.username,
    target: user.sub,
    outcome: outcomeOf(before, all),
    changed: all,
    wasDisabled: before?.disabled === false && disabled,
    stale: mayDoOther ? [user.sub] : [],
  }
}

/** The declared members in the form in which the directory gives them back, so that they can be compared. */
function givenMembers(
  declared: DeclaredUser,
  before: User | undefined,
  { roles, services }: UserReferences,
): UserChange {
  const { name, email, emailVerified, locale, profile } = declared
  const references = declared.roles?.map((role, index) => ({
    name: role,
    where: `roles[${index}]`,
  }))
  checkKnown('role', roles, references ?? [])
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email: checkEmail(email) ?? '' }),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(locale === undefined ? {} : { locale: checkLocale(locale) ?? '' }),
    ...(profile === undefined ? {} : { profile: checkProfile({ ...before?.profile, ...profile }) }),
    ...(declared.roles === undefined ? {} : { roles: declared.roles.toSorted() }),
    ...(declared.grants === undefined ? {} : { grants: declaredGrants(declared.grants, services) }),
  }
}

function changedGiven(before: User, given: UserChange): string[] {
  const stored: UserChange = { email: '', locale: '', ...before }
  const compared = Object.keys(given).map((key) => [key, stored[key as keyof UserChange]])
  return changedMembers(Object.fromEntries(compared), given)
}
