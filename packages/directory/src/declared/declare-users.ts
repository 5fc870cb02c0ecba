import { within } from '../checks/within.ts'
import type { Directory, User, UserAttributes, UserChange } from '../directory.ts'
import { checkEmail, checkLocale } from '../users/profile.ts'
import { checkProfile } from '../users/standard-claims.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredUser } from './declared-directory.ts'
import { declaredGrants } from './declared-grants.ts'
import type { GroupNames } from './group-names.ts'
import { type MemberChange, memberChanges, secretChange } from './member-changes.ts'
import { pauseAt } from './pause-at.ts'
import { type Stored, userKey } from './stored.ts'

export interface UserReferences {
  readonly stored: Stored['users']
  readonly groups: GroupNames
  /** See `firstPasswords`. */
  readonly hashes: ReadonlyMap<string, string>
  /** Members that are left out get their defaults: a file owns the users. */
  readonly whole: boolean
  /** `sub`s of those that the file had given up, disabled by that, and declares again. */
  readonly revived: ReadonlySet<string>
}

export async function declareUsers(
  inside: Directory,
  declared: readonly DeclaredUser[],
  references: UserReferences,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, user] of declared.entries()) {
    applied.push(await within(`users[${index}]`, () => declareUser(inside, user, references)))
    await pauseAt(index)
  }
  return applied
}

async function declareUser(
  inside: Directory,
  declared: DeclaredUser,
  references: UserReferences,
): Promise<Applied> {
  const before = references.stored.get(userKey(declared.username))
  const given = givenMembers(declared, before, references)
  const changes = memberChanges(comparable(before, given), given)
  const change: UserChange = Object.fromEntries(changes.map(({ member, to }) => [member, to]))
  const user = before ?? (await inside.users.create({ username: declared.username, ...change }))
  if (before !== undefined && changes.length > 0) await inside.users.update(user.sub, change)

  const hash = references.hashes.get(declared.username)
  const getsPassword = hash !== undefined && user.passwordChangedAt === undefined
  if (getsPassword) await inside.users.setPasswordHash(user.sub, hash)

  const stays = references.revived.has(user.sub) ? false : user.disabled
  const disabled = declared.disabled ?? stays
  if (disabled !== user.disabled) await inside.users.setDisabled(user.sub, disabled)

  const state = { member: 'disabled', from: user.disabled, to: disabled }
  const members = [
    ...changes.map((one) => withNames(one, references.groups)),
    ...(getsPassword ? [secretChange('password')] : []),
    ...(disabled === user.disabled ? [] : [state]),
  ]
  return {
    kind: 'user',
    name: declared.username,
    target: user.sub,
    outcome: outcomeOf(before, members),
    members,
    ...(getsPassword && { secrets: [declared.password ?? '', declared.passwordHash ?? ''] }),
    wasDisabled: before?.disabled === false && disabled,
    stale: before !== undefined && changes.some(isAboutRights) ? [user.sub] : [],
  }
}

function isAboutRights({ member }: MemberChange): boolean {
  return member === 'roles' || member === 'grants' || member === 'groups'
}

/** The declared members in the form in which the directory gives them back, so that they can be compared. */
function givenMembers(
  declared: DeclaredUser,
  before: User | undefined,
  { groups, whole }: UserReferences,
): UserChange {
  const { name, email, emailVerified, locale, externalId, attributes, grants } = whole
    ? { ...EMPTY, name: declared.username, ...declared }
    : declared
  const profile = whole ? (declared.profile ?? {}) : declared.profile
  const roleNames = whole ? (declared.roles ?? []) : declared.roles
  const groupNames = whole ? (declared.groups ?? []) : declared.groups
  const groupId = (group: string, index: number) => groups.idOf(group, `groups[${index}]`)
  const kept = whole ? {} : before?.profile
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email: checkEmail(email) ?? '' }),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(locale === undefined ? {} : { locale: checkLocale(locale) ?? '' }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(profile === undefined ? {} : { profile: checkProfile({ ...kept, ...profile }) }),
    ...(attributes === undefined ? {} : { attributes: withoutEmpty(attributes) }),
    ...(roleNames === undefined ? {} : { roles: roleNames.toSorted() }),
    ...(groupNames === undefined ? {} : { groups: groupNames.map(groupId).toSorted() }),
    ...(grants === undefined ? {} : { grants: declaredGrants(grants) }),
  }
}

/** As for every text of a user, '' means that there is none. */
function withoutEmpty(attributes: UserAttributes): UserAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))
}

const EMPTY = {
  email: '',
  emailVerified: false,
  locale: '',
  externalId: '',
  attributes: {},
  grants: {},
} as const satisfies Partial<DeclaredUser>

const NOBODY = { ...EMPTY, profile: {}, roles: [], groups: [], grants: [] } as const

/** Of the stored user, or of one who has nothing yet, the members that are given. */
function comparable(before: User | undefined, given: UserChange): UserChange {
  const stored: UserChange = { ...NOBODY, ...before }
  const members = Object.keys(given) as (keyof UserChange)[]
  const sorted = { ...stored, groups: (stored.groups ?? []).toSorted() }
  return Object.fromEntries(members.map((member) => [member, sorted[member]]))
}

/** People know groups by their names. */
function withNames(change: MemberChange, { nameOf }: GroupNames): MemberChange {
  if (change.member !== 'groups') return change
  const names = (ids: unknown) => (ids as string[]).map(nameOf).toSorted()
  return {
    member: 'groups',
    ...(change.from === undefined ? {} : { from: names(change.from) }),
    to: names(change.to),
  }
}
