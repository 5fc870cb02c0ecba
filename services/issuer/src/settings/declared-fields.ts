import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { attributes, grants, hash, password, postalAddress, uri } from './declared-kinds.ts'
import { optional, required, secret, withDefault } from './field.ts'
import { choice, flag, integer, list, pattern, text, textOrEmpty } from './kinds.ts'
import { disabled, displayName } from './shared-fields.ts'

/** What the file may declare besides clients. People have the claims of OpenID Connect Core section 5.1. */

const clientIds = list(text(LIMITS.clientIdChars), DIRECTORY_LIMITS.clientsPerService)
const claim = (description: string) => optional(text(DIRECTORY_LIMITS.nameChars), description)

export const SERVICE_FIELDS = {
  audience: required(uri(), 'The `aud` of its tokens: an absolute URI without fragment.'),
  name: displayName('Shown to admins. Default: the audience.'),
  alg: withDefault(
    choice('HS256', 'RS256', 'ES256', 'EdDSA'),
    'HS256',
    'How its tokens are signed. HS256 means a key that only this service and the issuer have.',
  ),
  clients: withDefault(
    clientIds,
    [],
    'Clients whose credentials open the feed of this service, and with it its key.',
  ),
  status_list: withDefault(
    flag(),
    false,
    'Its tokens carry a place in a [status list](../protocol/signals.md#status-lists), for those that poll instead of listening to the feed..',
  ),
  access_token_seconds: optional(
    integer({ min: 30, max: LIMITS.accessTokenMaxSeconds }),
    'Lifetime of its access tokens. Default: `tokens.access_seconds`.',
  ),
  disabled,
} as const

export const ROLE_FIELDS = {
  name: required(text(DIRECTORY_LIMITS.roleNameChars), 'The name.'),
  description: optional(text(DIRECTORY_LIMITS.descriptionChars), 'Shown to admins.'),
  grants: optional(grants(), 'What users with this role may call.'),
} as const

const roleNames = list(text(DIRECTORY_LIMITS.roleNameChars), DIRECTORY_LIMITS.rolesPerUser)
const externalId = optional(
  text(DIRECTORY_LIMITS.externalIdChars),
  'The id that another system knows it by; unique.',
)

export const DECLARED_GROUP_FIELDS = {
  name: required(text(DIRECTORY_LIMITS.groupNameChars), 'The name.'),
  description: optional(text(DIRECTORY_LIMITS.descriptionChars), 'Shown to admins.'),
  parent: optional(
    text(DIRECTORY_LIMITS.groupNameChars),
    'Name of the group that it belongs to, which belongs to none itself: members have what that group has, too.',
  ),
  roles: optional(roleNames, 'Roles of all members.'),
  grants: optional(grants(), 'What members may call besides that.'),
  external_id: externalId,
} as const

export const USER_FIELDS = {
  username: required(
    text(LIMITS.usernameChars),
    'What is entered to sign in; small and capital letters are the same.',
  ),
  name: optional(
    textOrEmpty(DIRECTORY_LIMITS.nameChars),
    'Shown to people. Default: the user name.',
  ),
  email: optional(text(DIRECTORY_LIMITS.emailChars), 'Address.'),
  email_verified: optional(flag(), 'Whether the address is known to be theirs.'),
  locale: optional(text(DIRECTORY_LIMITS.localeChars), 'Language tag such as `zh-CN`.'),
  given_name: claim('First name.'),
  family_name: claim('Family name.'),
  middle_name: claim('Middle name.'),
  nickname: claim('What friends say.'),
  profile: optional(uri(), 'Their page.'),
  picture: optional(uri(), 'An image of them.'),
  website: optional(uri(), 'Their web site.'),
  gender: claim('In their own words.'),
  birthdate: optional(
    pattern(/^\d{4}(?:-\d{2}-\d{2})?$/, 'YYYY-MM-DD, 0000-MM-DD or YYYY, in quotes'),
    'Day or year of birth; 0000 leaves the year open.',
  ),
  zoneinfo: optional(text(DIRECTORY_LIMITS.zoneChars), 'Time zone such as `Europe/Berlin`.'),
  phone_number: optional(
    pattern(/^\+\d{2,15}$/, 'a number such as "+4915112345678" (E.164), in quotes'),
    'Telephone.',
  ),
  phone_number_verified: optional(flag(), 'Whether the number is known to be theirs.'),
  address: optional(postalAddress(), 'Postal address.'),
  attributes: optional(attributes(), 'What the organisation keeps besides, by name.'),
  external_id: externalId,
  roles: optional(roleNames, 'Names of roles.'),
  groups: optional(
    list(text(DIRECTORY_LIMITS.groupNameChars), DIRECTORY_LIMITS.groupsPerUser),
    'Names of groups.',
  ),
  grants: optional(grants(), 'What the user may call besides that.'),
  password: secret(
    password(),
    'The first password: used while the user has none, and never again.',
  ),
  password_hash: optional(
    hash(/^[\x20-\x7e]{20,2048}$/, 'a hash of argon2, bcrypt, scrypt or PBKDF2: see import.md'),
    'Instead of `password`.',
  ),
  disabled,
} as const
