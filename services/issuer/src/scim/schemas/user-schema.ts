/** What is kept of a person: RFC 7643 sections 4.1 and 4.3. What is not here is not kept. */
import type { AttributeRule } from '@latchkey/directory'
import type { ScimAttribute, ScimSchema } from './scim-attribute.ts'

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const text = (name: string, description: string): ScimAttribute => ({
  name,
  type: 'string',
  description,
})

/** One value is kept: the one that is primary, else that of type work, else the first. */
const one = (
  name: string,
  description: string,
  subAttributes: readonly ScimAttribute[],
): ScimAttribute => ({
  name,
  type: 'complex',
  multiValued: true,
  description: `${description} One is kept: the primary one, else that for work, else the first.`,
  subAttributes: [
    ...subAttributes,
    text('type', 'Told as work, or photo.'),
    { name: 'primary', type: 'boolean', description: 'True of the one that is kept.' },
  ],
})

const READ_ONLY = { mutability: 'readOnly' } as const

const CORE: readonly ScimAttribute[] = [
  {
    name: 'userName',
    type: 'string',
    required: true,
    uniqueness: 'server',
    description:
      'What the person signs in with. Compared without case, and not taken for a look-alike.',
  },
  {
    name: 'name',
    type: 'complex',
    description: 'Parts of the name.',
    subAttributes: [
      text('formatted', 'The same as displayName, which counts when both are given.'),
      text('givenName', 'First name.'),
      text('familyName', 'Last name.'),
      text('middleName', 'Middle name.'),
    ],
  },
  text('displayName', 'The name that pages show.'),
  text('nickName', 'What friends say.'),
  { name: 'profileUrl', type: 'reference', description: 'A page about the person.' },
  text('preferredLanguage', 'The same as locale, which counts when both are given.'),
  text('locale', 'A language tag: RFC 5646.'),
  text('timezone', 'An IANA zone.'),
  { name: 'active', type: 'boolean', description: 'False ends every session before the answer.' },
  {
    name: 'password',
    type: 'string',
    description: 'A new one ends every session.',
    caseExact: true,
    mutability: 'writeOnly',
    returned: 'never',
  },
  one('emails', 'Addresses. What comes in here is not verified.', [text('value', 'The address.')]),
  one('phoneNumbers', 'Numbers, in international form; others are not kept.', [
    text('value', 'The number, with + and the code of its country.'),
  ]),
  one('photos', 'Pictures.', [{ name: 'value', type: 'reference', description: 'Its URL.' }]),
  one('addresses', 'Postal addresses.', [
    text('formatted', 'All of it.'),
    text('streetAddress', 'Street and number.'),
    text('locality', 'Town.'),
    text('region', 'State or province.'),
    text('postalCode', 'Postal code.'),
    text('country', 'Country.'),
  ]),
  {
    name: 'groups',
    type: 'complex',
    multiValued: true,
    description: 'Groups of which the person is a member. Changed at the groups.',
    ...READ_ONLY,
    subAttributes: [
      { ...text('value', 'The id of the group.'), ...READ_ONLY },
      { name: '$ref', type: 'reference', description: 'Its address.', ...READ_ONLY },
      { ...text('display', 'Its name.'), ...READ_ONLY },
    ],
  },
  {
    name: 'roles',
    type: 'complex',
    multiValued: true,
    description:
      'Roles that the person has directly. Administrators give them, and give them to groups.',
    ...READ_ONLY,
    subAttributes: [{ ...text('value', 'The name of the role.'), ...READ_ONLY }],
  },
]

/** Texts without a place of their own in the directory: kept where the organisation has an attribute of that name. */
const CORE_TEXTS = ['title', 'userType']
const ENTERPRISE_TEXTS = ['employeeNumber', 'costCenter', 'organization', 'division', 'department']
const MANAGER = 'manager'

/** The schemas of users here; `rules` says which attributes the organisation keeps. */
export interface UserSchemas {
  readonly core: ScimSchema
  readonly enterprise: ScimSchema
  /** Names of attributes of the directory. */
  readonly kept: { readonly core: readonly string[]; readonly enterprise: readonly string[] }
}

export function userSchemas(rules: readonly AttributeRule[]): UserSchemas {
  const texts = new Set(rules.filter(({ type }) => type === 'text').map(({ name }) => name))
  const ours = (names: readonly string[]) => names.filter((name) => texts.has(name))
  const kept = { core: ours(CORE_TEXTS), enterprise: ours([...ENTERPRISE_TEXTS, MANAGER]) }
  const asText = (name: string) => text(name, 'As the organisation says.')
  return {
    kept,
    core: {
      id: USER_SCHEMA,
      name: 'User',
      description: 'A person',
      attributes: [...CORE, ...kept.core.map(asText)],
    },
    enterprise: {
      id: ENTERPRISE_SCHEMA,
      name: 'EnterpriseUser',
      description: 'What organisations keep about people',
      attributes: kept.enterprise.map((name) => (name === MANAGER ? manager() : asText(name))),
    },
  }
}

function manager(): ScimAttribute {
  const value = text('value', 'The id, or whatever else the other system sends.')
  return { name: MANAGER, type: 'complex', description: 'The manager.', subAttributes: [value] }
}

/** Attributes of RFC 7643 that are taken and not kept. */
export const USER_IGNORED: ReadonlySet<string> = new Set(
  [...CORE_TEXTS, 'ims', 'entitlements', 'x509Certificates'].map((name) => name.toLowerCase()),
)
