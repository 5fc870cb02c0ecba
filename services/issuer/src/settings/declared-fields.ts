import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { grants, hash, password, uri } from './declared-kinds.ts'
import { optional, required, secret, withDefault } from './field.ts'
import { choice, flag, integer, list, pattern, text } from './kinds.ts'

/**
 * What the file may declare. Clients have the names of RFC 7591 and of the OpenID Connect specifications, so that the
 * metadata of a foreign client can be copied as it is.
 */

const name = (description: string) => optional(text(DIRECTORY_LIMITS.nameChars), description)
const disabled = optional(flag(), 'When it is left out, what is in the directory stays.')
const clientIds = list(text(LIMITS.clientIdChars), DIRECTORY_LIMITS.clientsPerService)
const audiences = list(uri(), DIRECTORY_LIMITS.servicesPerClient)
const uris = list(uri(), DIRECTORY_LIMITS.urisPerClient)

export const SERVICE_FIELDS = {
  audience: required(uri(), 'The `aud` of its tokens: an absolute URI without fragment.'),
  name: name('Shown to admins. Default: the audience.'),
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
  access_token_seconds: optional(
    integer({ min: 30, max: LIMITS.accessTokenMaxSeconds }),
    'Lifetime of its access tokens. Default: `tokens.access_seconds`.',
  ),
  disabled,
} as const

export const CLIENT_FIELDS = {
  client_id: required(text(LIMITS.clientIdChars), 'The id.'),
  client_name: name('Shown to people on the sign-in page. Default: the id.'),
  secret: secret(
    pattern(
      new RegExp(
        `^[\\x20-\\x7e]{${DIRECTORY_LIMITS.secretMinBytes},${DIRECTORY_LIMITS.secretMaxBytes}}$`,
      ),
      `at least ${DIRECTORY_LIMITS.secretMinBytes} visible ASCII characters`,
    ),
    'The client secret. Without it and without `secret_hash` the stored one stays.',
  ),
  secret_hash: optional(
    hash(/^sha256:[A-Za-z0-9_-]{43}$/, 'sha256: and 43 characters of base64url'),
    'Instead of `secret`: `sha256:` and the digest in base64url.',
  ),
  redirect_uris: withDefault(
    uris,
    [],
    'Where codes may be sent. Compared character by character; https, or http on loopback.',
  ),
  post_logout_redirect_uris: withDefault(uris, [], 'Where people may return to after signing out.'),
  backchannel_logout_uri: optional(uri(), 'Told when a session of the client ends.'),
  grant_types: withDefault(
    list(
      choice(
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ),
    ),
    ['authorization_code', 'refresh_token'],
    'What it may ask for at the token endpoint.',
  ),
  token_endpoint_auth_method: withDefault(
    choice('client_secret_basic', 'client_secret_post', 'none'),
    'client_secret_basic',
    'How it proves who it is; `none` for apps that cannot keep a secret.',
  ),
  require_pkce: withDefault(
    flag(),
    true,
    'Only clients that cannot do PKCE (RFC 7636) need `false`.',
  ),
  services: withDefault(
    audiences,
    [],
    'Audiences that it may ask tokens for; the first one is the default.',
  ),
  first_party: withDefault(flag(), false, 'Belongs to the operator of this installation.'),
  grants: optional(grants(), 'What its own tokens (`client_credentials`) may call.'),
  id_token_signed_response_alg: withDefault(
    choice('RS256', 'ES256', 'EdDSA'),
    'RS256',
    'How its ID tokens are signed.',
  ),
  disabled,
} as const

export const ROLE_FIELDS = {
  name: required(text(DIRECTORY_LIMITS.roleNameChars), 'The name.'),
  description: optional(text(DIRECTORY_LIMITS.descriptionChars), 'Shown to admins.'),
  grants: optional(grants(), 'What users with this role may call.'),
} as const

export const USER_FIELDS = {
  username: required(
    text(LIMITS.usernameChars),
    'What is entered to sign in; small and capital letters are the same.',
  ),
  name: name('Shown to people.'),
  email: optional(text(DIRECTORY_LIMITS.emailChars), 'Address.'),
  email_verified: optional(flag(), 'Whether the address is known to be theirs.'),
  locale: optional(text(DIRECTORY_LIMITS.localeChars), 'Language tag such as `zh-CN`.'),
  roles: optional(
    list(text(DIRECTORY_LIMITS.roleNameChars), DIRECTORY_LIMITS.rolesPerUser),
    'Names of roles.',
  ),
  grants: optional(grants(), 'What the user may call besides that.'),
  password: secret(
    password(),
    'The first password: used while the user has none, and never again.',
  ),
  password_hash: optional(
    hash(/^\$argon2id\$\S{20,400}$/, 'an argon2id hash in PHC form'),
    'Instead of `password`.',
  ),
  disabled,
} as const
