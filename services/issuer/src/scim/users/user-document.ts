/** A person as SCIM tells them: RFC 7643 section 4.1. */
import type { Group, User } from '@latchkey/directory'
import type { Document } from '../schemas/canonical.ts'
import { ENTERPRISE_SCHEMA, USER_SCHEMA, type UserSchemas } from '../schemas/user-schema.ts'

/** Where SCIM has each line of an address, by its name in OpenID Connect. */
export const ADDRESS_LINES = {
  formatted: 'formatted',
  street_address: 'streetAddress',
  locality: 'locality',
  region: 'region',
  postal_code: 'postalCode',
  country: 'country',
} as const

export interface UserDocumentDeps {
  /** Address of SCIM: `https://sso.example/scim/v2`. */
  readonly base: string
  readonly schemas: UserSchemas
}

/** A person, and what the caller calls them. */
export interface ProvisionedUser {
  readonly user: User
  readonly externalId: string | undefined
}

/** What a client can write, read-only members left out. */
export function userDocument(
  { user, externalId }: ProvisionedUser,
  { schemas: { kept } }: UserDocumentDeps,
): Document {
  const { profile, email, locale } = user
  const work = (value: string | undefined, type = 'work') =>
    value === undefined ? undefined : [{ value, type, primary: true }]
  const enterprise = ownTexts(user, kept.enterprise)
  return present({
    externalId,
    userName: user.username,
    name: present({
      formatted: user.name || undefined,
      givenName: profile.given_name,
      familyName: profile.family_name,
      middleName: profile.middle_name,
    }),
    displayName: user.name || undefined,
    nickName: profile.nickname,
    profileUrl: profile.profile,
    preferredLanguage: locale,
    locale,
    timezone: profile.zoneinfo,
    active: !user.disabled,
    emails: work(email),
    phoneNumbers: work(profile.phone_number),
    photos: work(profile.picture, 'photo'),
    addresses: profile.address && [{ ...linesOf(profile.address), type: 'work', primary: true }],
    ...ownTexts(user, kept.core),
    [ENTERPRISE_SCHEMA]: Object.keys(enterprise).length === 0 ? undefined : enterprise,
  })
}

/** The whole resource, without its version. */
export function userResource(
  provisioned: ProvisionedUser,
  groups: readonly Pick<Group, 'id' | 'name'>[],
  deps: UserDocumentDeps,
): Document {
  const { base } = deps
  const { user } = provisioned
  const { externalId, userName, ...document } = userDocument(provisioned, deps)
  const isExtended = ENTERPRISE_SCHEMA in document
  return present({
    schemas: isExtended ? [USER_SCHEMA, ENTERPRISE_SCHEMA] : [USER_SCHEMA],
    id: user.sub,
    externalId,
    userName,
    ...document,
    groups: groups.map(({ id, name }) => ({
      value: id,
      $ref: `${base}/Groups/${id}`,
      display: name,
    })),
    roles: user.roles.map((value) => ({ value })),
    meta: {
      resourceType: 'User',
      created: new Date(user.createdAt * 1000).toISOString(),
      lastModified: new Date(user.updatedAt * 1000).toISOString(),
      location: `${base}/Users/${user.sub}`,
    },
  })
}

function ownTexts({ attributes }: User, names: readonly string[]): Record<string, unknown> {
  const found = names.flatMap((name) => {
    const value = attributes[name]
    if (value === undefined) return []
    return [[name, name === 'manager' ? { value } : value]]
  })
  return Object.fromEntries(found)
}

function linesOf(address: NonNullable<User['profile']['address']>): Document {
  const lines = Object.entries(ADDRESS_LINES) as [keyof typeof ADDRESS_LINES, string][]
  return present(Object.fromEntries(lines.map(([from, to]) => [to, address[from]])))
}

/** Without members that are not there; RFC 7643 section 2.5 has no other way to say so. */
function present(members: Record<string, unknown>): Document {
  const isThere = ([, value]: [string, unknown]) =>
    value !== undefined && !(Array.isArray(value) && value.length === 0) && !isEmpty(value)
  return Object.fromEntries(Object.entries(members).filter(isThere))
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
