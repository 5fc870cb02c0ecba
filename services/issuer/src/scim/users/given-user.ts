/** What a client says about a person, in the words of the directory. */
import type { User, UserAddress, UserChange, UserProfile } from '@latchkey/directory'
import { type Document, isObject } from '../schemas/canonical.ts'
import { ENTERPRISE_SCHEMA, type UserSchemas } from '../schemas/user-schema.ts'
import { ScimError } from '../scim-error.ts'
import { ADDRESS_LINES } from './user-document.ts'

export interface GivenUser {
  readonly username: string
  /** '' takes away, here and below. */
  readonly name: string
  readonly email: string
  readonly locale: string
  readonly externalId: string
  readonly profile: UserProfile
  readonly attributes: Readonly<Record<string, string>>
  /** Undefined: nothing is said. */
  readonly active: boolean | undefined
  readonly password: string | undefined
}

/**
 * @param before the document before a PATCH: of two attributes that mean the same, the one that was changed counts
 * @throws ScimError `invalidValue`
 */
export function givenUser(
  document: Document,
  { kept }: UserSchemas,
  before: Document = {},
): GivenUser {
  const username = textIn(document, 'userName')
  if (username === '') throw new ScimError('invalidValue', 'userName is missing')
  const name = changed(document, before, 'displayName', 'name.formatted')
  const parts = [textIn(document, 'name.givenName'), textIn(document, 'name.familyName')]
  const enterprise = document[ENTERPRISE_SCHEMA]
  return {
    username,
    name: name || parts.filter((part) => part !== '').join(' ') || username,
    email: chosen(document, 'emails', 'value'),
    // Okta writes en_US.
    locale: changed(document, before, 'locale', 'preferredLanguage').replaceAll('_', '-'),
    externalId: textIn(document, 'externalId'),
    profile: profileOf(document),
    attributes: {
      ...textsOf(document, kept.core),
      ...textsOf(isObject(enterprise) ? enterprise : {}, kept.enterprise),
    },
    active: document['active'] as boolean | undefined,
    password: document['password'] as string | undefined,
  }
}

/** What would be different of the person, without the external id; members that SCIM does not know stay. Empty: nothing. */
export function changeOf(user: User, given: GivenUser, { kept }: UserSchemas): UserChange {
  const { username, name, email, locale } = given
  const before = { ...user, email: user.email ?? '', locale: user.locale ?? '' }
  const texts = Object.entries({ username, name, email }).filter(
    ([member, value]) => value !== ((before as Record<string, unknown>)[member] ?? ''),
  )
  const profile = { ...unknownProfile(user.profile, given.profile), ...given.profile }
  const others = Object.entries(user.attributes).filter(
    ([member]) => !kept.core.includes(member) && !kept.enterprise.includes(member),
  )
  const attributes = { ...Object.fromEntries(others), ...given.attributes }
  return {
    ...Object.fromEntries(texts),
    ...(locale.toLowerCase() !== before.locale.toLowerCase() && { locale }),
    ...(isOther(user.profile, profile) && { profile }),
    ...(isOther(user.attributes, attributes) && { attributes }),
  }
}

/** Members of the profile that SCIM has no place for. A number that is another one is not verified. */
function unknownProfile(before: UserProfile, given: UserProfile): UserProfile {
  const { website, gender, birthdate, phone_number_verified } = before
  const isSame = given.phone_number === before.phone_number
  return {
    ...(website !== undefined && { website }),
    ...(gender !== undefined && { gender }),
    ...(birthdate !== undefined && { birthdate }),
    ...(isSame && phone_number_verified !== undefined && { phone_number_verified }),
  }
}

function isOther(before: object, after: object): boolean {
  const sorted = (value: object): unknown =>
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, one]) => [name, isObject(one) ? sorted(one) : one])
  return JSON.stringify(sorted(before)) !== JSON.stringify(sorted(after))
}

function profileOf(document: Document): UserProfile {
  const texts = {
    given_name: textIn(document, 'name.givenName'),
    family_name: textIn(document, 'name.familyName'),
    middle_name: textIn(document, 'name.middleName'),
    nickname: textIn(document, 'nickName'),
    profile: textIn(document, 'profileUrl'),
    zoneinfo: textIn(document, 'timezone'),
    picture: chosen(document, 'photos', 'value'),
    phone_number: e164(chosen(document, 'phoneNumbers', 'value')),
  }
  const lines = Object.entries(ADDRESS_LINES).map(
    ([to, from]) => [to, chosen(document, 'addresses', from)] as const,
  )
  const address: UserAddress = Object.fromEntries(lines.filter(([, line]) => line !== ''))
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    ...(Object.keys(address).length > 0 && { address }),
  }
}

/**
 * RFC 3966 section 5.1.4: spaces and punctuation mean nothing. A number without the code of its country is not kept: refusing it
 * would refuse what stands beside it, and that may be `active: false`.
 */
function e164(number: string): string {
  const plain = number.replace(/^tel:/i, '').replace(/[\s().\-/]/g, '')
  return /^\+[1-9]\d{1,14}$/.test(plain) ? plain : ''
}

/** Of several values the primary one, else that for work, else the first. */
function chosen(document: Document, name: string, member: string): string {
  const values = (document[name] ?? []) as Document[]
  const one =
    values.find(({ primary }) => primary === true) ??
    values.find(({ type }) => String(type).toLowerCase() === 'work') ??
    values[0]
  return (one?.[member] as string | undefined) ?? ''
}

function changed(document: Document, before: Document, ...paths: readonly string[]): string {
  const isChanged = (path: string) =>
    textIn(document, path) !== '' && textIn(document, path) !== textIn(before, path)
  const path = paths.find(isChanged) ?? paths.find((one) => textIn(document, one) !== '')
  return path === undefined ? '' : textIn(document, path)
}

function textIn(document: Document, path: string): string {
  const [name = '', sub] = path.split('.')
  const value = document[name]
  const found = sub === undefined ? value : isObject(value) ? value[sub] : undefined
  return typeof found === 'string' ? found : ''
}

function textsOf(document: Document, names: readonly string[]): Record<string, string> {
  const found = names.map((name) => {
    const value = document[name]
    return [name, isObject(value) ? textIn(document, `${name}.value`) : textIn(document, name)]
  })
  return Object.fromEntries(found.filter(([, text]) => text !== ''))
}
