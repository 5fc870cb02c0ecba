/** Client metadata under the names of RFC 7591, RFC 8705, RFC 9101, RFC 9126, RFC 9449, RFC 9701 and of OpenID Connect. */
import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { grants, hash, keySet, uri } from './declared-kinds.ts'
import { optional, required, secret, withDefault } from './field.ts'
import { choice, flag, integer, list, pattern, text } from './kinds.ts'
import { disabled, displayName } from './shared-fields.ts'

const KEY_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const SIGNING_ALGS = [...KEY_ALGS, 'HS256'] as const

const audiences = list(uri(), DIRECTORY_LIMITS.servicesPerClient)
const uris = list(uri(), DIRECTORY_LIMITS.urisPerClient)
const tlsName = (meaning: string) =>
  optional(
    text(DIRECTORY_LIMITS.tlsNameChars),
    `For \`tls_client_auth\`, one of the five: ${meaning} (RFC 8705).`,
  )

const SECRET = pattern(
  new RegExp(
    `^[\\x20-\\x7e]{${DIRECTORY_LIMITS.secretMinBytes},${DIRECTORY_LIMITS.secretMaxBytes}}$`,
  ),
  `at least ${DIRECTORY_LIMITS.secretMinBytes} visible ASCII characters`,
)
const SECRET_HASH = hash(/^sha256:[A-Za-z0-9_-]{43}$/, 'sha256: and 43 characters of base64url')

/** Who the client is and how it proves it. */
const IDENTITY = {
  client_id: required(text(LIMITS.clientIdChars), 'The id.'),
  client_name: displayName('Shown to people on the pages. Default: the id.'),
  secret: secret(
    SECRET,
    'The client secret. Without it and without `secret_hash` the stored ones stay.',
  ),
  secret_hash: optional(
    SECRET_HASH,
    'Instead of `secret`: `sha256:` and the digest in base64url. Not enough for HS256 and for a feed.',
  ),
  next_secret: secret(
    SECRET,
    'A second secret that is good too: bring it to where the client runs, then make it the `secret`.',
  ),
  next_secret_hash: optional(SECRET_HASH, 'Instead of `next_secret`.'),
  token_endpoint_auth_method: withDefault(
    choice(
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'tls_client_auth',
      'none',
    ),
    'client_secret_basic',
    'How it proves who it is; `none` for apps that cannot keep a secret.',
  ),
  jwks: optional(
    keySet(),
    'Its public keys, for `private_key_jwt` and signed requests: `{ keys: [{ kty: EC, crv: P-256, x: …, y: …, kid: … }] }`.',
  ),
  jwks_uri: optional(uri(), 'Instead of `jwks`: where it publishes them.'),
  token_endpoint_auth_signing_alg: optional(
    choice(...KEY_ALGS),
    'The only algorithm of its assertions. Default: that of the key.',
  ),
  tls_client_auth_subject_dn: tlsName('the subject of its certificate, as RFC 4514 writes it'),
  tls_client_auth_san_dns: tlsName('a host name in its certificate'),
  tls_client_auth_san_uri: tlsName('a URI in its certificate'),
  tls_client_auth_san_ip: tlsName('an IP address in its certificate'),
  tls_client_auth_san_email: tlsName('an email address in its certificate'),
} as const

/** Where it sends people and from where it is told. */
const ADDRESSES = {
  redirect_uris: withDefault(
    uris,
    [],
    'Where codes may be sent. Compared character by character; https, or http on loopback.',
  ),
  post_logout_redirect_uris: withDefault(uris, [], 'Where people may return to after signing out.'),
  backchannel_logout_uri: optional(uri(), 'Told when a session of the client ends.'),
  frontchannel_logout_uri: optional(
    uri(),
    'Loaded in a frame of the logout page; at the origin of a redirect URI. Works only in browsers that send cookies to frames.',
  ),
  frontchannel_logout_session_required: withDefault(
    flag(),
    false,
    'Whether `iss` and `sid` are added to it.',
  ),
  initiate_login_uri: optional(uri(), 'Where a sign-in that begins elsewhere is handed to.'),
  cors_origins: withDefault(
    list(uri(), DIRECTORY_LIMITS.corsOriginsPerClient),
    [],
    'Origins whose scripts may read answers for this client, such as `https://app.example.com`.',
  ),
  client_uri: optional(uri(), 'Its home page, shown to people.'),
  policy_uri: optional(uri(), 'What it does with data, shown to people.'),
  tos_uri: optional(uri(), 'Its terms, shown to people.'),
  contacts: withDefault(
    list(text(DIRECTORY_LIMITS.emailChars), DIRECTORY_LIMITS.contactsPerClient),
    [],
    'Whom admins may ask about it.',
  ),
} as const

/** What it may ask for. */
const RIGHTS = {
  grant_types: withDefault(
    list(
      choice(
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:device_code',
      ),
    ),
    ['authorization_code', 'refresh_token'],
    'What it may ask for at the token endpoint.',
  ),
  services: withDefault(
    audiences,
    [],
    'Audiences that it may ask tokens for; the first one is the default.',
  ),
  first_party: withDefault(
    flag(),
    false,
    'Belongs to the operator of this installation: people are not asked for consent.',
  ),
  token_api: withDefault(
    flag(),
    false,
    'May send user names and passwords to `/api/token`. Only with `first_party`.',
  ),
  may_impersonate: withDefault(
    flag(),
    false,
    "May exchange a person's token for one that does not name this client as the actor. Only with `first_party`.",
  ),
  signals: withDefault(
    flag(),
    false,
    'May have a stream of security events about the people that sign in there, and ask for `ssf.read` and `ssf.manage`: [signals](../protocol/signals.md). ' +
      'It needs the grant type `client_credentials`.',
  ),
  grants: optional(grants(), 'What its own tokens (`client_credentials`) may call.'),
} as const

/** What its requests must be like, and what it gets. */
const REQUESTS = {
  require_pkce: withDefault(
    flag(),
    true,
    'Only clients that cannot do PKCE (RFC 7636) need `false`.',
  ),
  require_pushed_authorization_requests: withDefault(
    flag(),
    false,
    'Sign-in begins at `/par` only (RFC 9126).',
  ),
  require_signed_request_object: withDefault(
    flag(),
    false,
    'Sign-in begins with a signed request only (RFC 9101).',
  ),
  request_object_signing_alg: optional(
    choice(...KEY_ALGS),
    'The only algorithm of its signed requests. Default: that of the key.',
  ),
  dpop_bound_access_tokens: withDefault(
    flag(),
    false,
    'It gets only tokens that are bound to a key (RFC 9449).',
  ),
  default_max_age: optional(
    integer({ min: 0, max: DIRECTORY_LIMITS.maxAgeSeconds }),
    'Seconds after which people must enter the password again when a request does not say it.',
  ),
  id_token_signed_response_alg: withDefault(
    choice(...SIGNING_ALGS),
    'RS256',
    'How its ID tokens are signed. HS256 takes its secret as the key.',
  ),
  userinfo_signed_response_alg: optional(
    choice(...SIGNING_ALGS),
    'User info as a signed JWT. Default: plain JSON.',
  ),
  introspection_signed_response_alg: withDefault(
    choice(...KEY_ALGS),
    'RS256',
    'How introspection answers are signed when it asks for a JWT (RFC 9701).',
  ),
  subject_type: withDefault(
    choice('public', 'pairwise'),
    'public',
    '`pairwise`: it knows people by names that no other sector knows. Such a client can have no `services`.',
  ),
  sector_host: optional(
    text(DIRECTORY_LIMITS.hostChars),
    'The host whose clients know a person by the same pairwise name. Default: the host of its redirect URIs, when they have only one. ' +
      'It takes the place of `sector_identifier_uri`, so that nothing has to be fetched: whoever writes this file vouches for it.',
  ),
} as const

export const CLIENT_FIELDS = {
  ...IDENTITY,
  ...ADDRESSES,
  ...RIGHTS,
  ...REQUESTS,
  disabled,
} as const
