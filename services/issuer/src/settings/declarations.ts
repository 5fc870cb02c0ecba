import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { LOCALES } from '../pages/locale.ts'
import { attributeRules } from './attribute-rules.ts'
import { uri } from './declared-kinds.ts'
import { optional, required, secret, withDefault } from './field.ts'
import { choice, integer, list, path, pattern, scalarKind, text } from './kinds.ts'
import { masterKey } from './master-key.ts'
import { signalSources } from './signal-sources.ts'
import {
  addressRange,
  hostAndPort,
  issuerUrl,
  listenHost,
  outgoingTarget,
  parsePostgresUrl,
  parseRedisUrl,
} from './url-kinds.ts'

/** Every setting of the issuer, once: the schema, the environment names, the messages and the manual come from here. */

/** Settings that stand at the top of the file. */
export const ROOT_FIELDS = {
  issuer: required(
    issuerUrl(),
    'The public identity of this installation: the `iss` of every token and the address in the browser. It is only ' +
      'ever taken from here, never from a request header. Changing it invalidates all tokens.',
  ),
  data_dir: withDefault(
    path(),
    '.latchkey',
    'Where the embedded databases and the generated keys are kept. Created for the owner only.',
  ),
  redis_url: secret(
    scalarKind('redis://HOST:PORT or rediss://HOST:PORT', 'not-a-redis-url', (value) =>
      typeof value === 'string' ? parseRedisUrl(value) : undefined,
    ),
    'Keeps sessions, codes, refresh families and the revocation log in Redis, so that several issuers can share them. ' +
      'Without it they are kept in SQLite in the data folder, for one process.',
  ),
  master_key: secret(
    masterKey(),
    'All keys of services, cookies and refresh tokens are derived from it. Required with Redis and with PostgreSQL, the same for all ' +
      'issuers; otherwise it is made at the first start and kept in `master.key` in the data folder.',
  ),
  trusted_proxies: withDefault(
    list(addressRange(), 100),
    [],
    'Proxies whose `X-Forwarded-For` is believed, for the log and for counting guesses: without it everybody behind a proxy is one ' +
      'network. Needed when plain http is spoken on an address that is not loopback. Host and scheme are never taken from headers.',
  ),
  tls_client_header: optional(
    pattern(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/, 'a header name in lower case with a hyphen'),
    'The header in which a trusted proxy passes the TLS certificate that a client has shown, as PEM in percent-encoding ' +
      '(nginx: `proxy_set_header X-Client-Cert $ssl_client_escaped_cert`). The proxy verifies the chain and sets the header on every ' +
      'request; from anybody else it is ignored. Needed for clients with `tls_client_auth`.',
  ),
  attributes: withDefault(
    attributeRules(),
    [],
    'What is kept about users besides the claims of OpenID Connect: see [attributes](#attributes).',
  ),
  signal_sources: withDefault(
    signalSources(),
    [],
    'Other systems whose security events are heard, at `/ssf/events`: see [signal_sources](#signal_sources).',
  ),
  languages: withDefault(
    list(choice(...LOCALES), LOCALES.length),
    LOCALES,
    'Languages of the pages. The first one is shown when the browser asks for none of them.',
  ),
} as const

/** Settings that stand in groups. */
export const GROUP_FIELDS = {
  listen: {
    host: withDefault(
      listenHost(),
      '127.0.0.1',
      'The address to listen on. `0.0.0.0` and `::` mean every address of the machine.',
    ),
    port: withDefault(
      integer({ min: 0, max: 65535 }),
      4000,
      'The port to listen on. 0 takes any free port, which only tests want.',
    ),
  },
  tls: {
    cert_file: optional(
      path(),
      'PEM file with the certificate and those between it and the root. With it the issuer speaks https itself.',
    ),
    key_file: optional(
      path(),
      'PEM file with the private key of the certificate, closed to others.',
    ),
  },
  redis: {
    replicas: optional(
      integer({ min: 0, max: 10 }),
      'How many replicas must have an end, and the write that leases rest on, before it counts. Without enough of them nothing can be ended ' +
        'and services close. Default 0, with sentinels 1: with fewer a failover may lose what was promised. It and the master should be ' +
        'more than half of all.',
    ),
    sentinels: withDefault(
      list(hostAndPort(), 9),
      [],
      'Redis Sentinels to ask for the master. The host in `redis_url` is then the name under which they know it, without a port.',
    ),
    sentinel_username: optional(text(), 'The user at the sentinels.'),
    sentinel_password: secret(text(), 'The password at the sentinels, where they ask for one.'),
  },
  directory: {
    url: secret(
      scalarKind('postgres://USER@HOST:PORT/DATABASE', 'not-a-postgres-url', parsePostgresUrl),
      'Keeps users, clients, roles, services and the audit log in [PostgreSQL](postgresql.md), so that several issuers can share them. ' +
        'With `?sslmode=verify-full` the connection is encrypted and the server proves who it is. Without a URL they are kept in SQLite in the ' +
        'data folder.',
    ),
    connections: withDefault(
      integer({ min: 2, max: 100 }),
      10,
      'How many connections to PostgreSQL this issuer opens at most.',
    ),
    migrate: withDefault(
      choice('auto', 'manual'),
      'auto',
      'Whether a start brings an older database to the newest form, or refuses it: then run `latchkey migrate up` before.',
    ),
  },
  session: {
    idle_seconds: withDefault(
      integer({ min: 60, max: 90 * 24 * 3600 }),
      LIMITS.sessionIdleSeconds,
      'A session ends when it was not used for so long.',
    ),
    absolute_seconds: withDefault(
      integer({ min: 60, max: 400 * 24 * 3600 }),
      LIMITS.sessionAbsoluteSeconds,
      'A session ends so long after the sign-in, however much it is used.',
    ),
  },
  tokens: {
    access_seconds: withDefault(
      integer({ min: 30, max: LIMITS.accessTokenMaxSeconds }),
      LIMITS.accessTokenSeconds,
      'Lifetime of access tokens of services that declare none of their own.',
    ),
    refresh_grace_seconds: withDefault(
      integer({ min: 0, max: 60 }),
      LIMITS.refreshGraceSeconds,
      'For so long a refresh token that was just replaced gives the same successor again, for lost answers.',
    ),
    code_seconds: withDefault(
      integer({ min: 5, max: 600 }),
      LIMITS.codeSeconds,
      'Lifetime of authorization codes.',
    ),
    dpop_nonce: withDefault(
      choice('optional', 'required'),
      'optional',
      'Whether DPoP proofs must carry a nonce of the issuer (RFC 9449 section 8). Required, a proof cannot be made ahead of its ' +
        'time, and a first request costs a second try. Every answer to a proof brings a nonce, and one that is sent must be good.',
    ),
  },
  token_api: {
    hook: optional(
      path(),
      'An ES module whose function `tokenResponse` adds fields to the answers of `/api/token`: [what it is told and may give]' +
        '(../protocol/token-api.md#the-hook). It runs in the issuer, with everything the issuer can do.',
    ),
    simplejwt_client: optional(
      text(LIMITS.clientIdChars),
      'The client for whom requests at `/api/token/simplejwt/` are: public, first-party, with `token_api`. Without it there are no such ' +
        'addresses.',
    ),
  },
  feed: {
    lease_ms: withDefault(
      integer({ min: 500, max: 60_000 }),
      LIMITS.leaseMs,
      'The bound for ending anything: so long after the end no service accepts a token of it.',
    ),
    canary_seconds: withDefault(
      integer({ min: 0, max: 3600 }),
      30,
      'So often one issuer process ends a session of its own, in which nobody is signed in, and measures how long each verifier takes ' +
        'to apply it: see `latchkey doctor`. 0: never.',
    ),
  },
  outgoing: {
    allow: withDefault(
      list(outgoingTarget(), 100),
      [],
      'What clients may have logout tokens posted to and key sets fetched from: https on public hosts always, and ' +
        'besides what is named here, there by http too. A name such as `orders.internal` as it stands in the ' +
        'address, an address, or a range such as `10.0.0.0/8`.',
    ),
  },
  registration: {
    mode: withDefault(
      choice('off', 'token', 'open'),
      'off',
      'Whether apps may register themselves at `/register` (RFC 7591): `token`, with an initial access token that an ' +
        'administrator has made (`POST /admin/v1/registration-tokens`); `open`, without one. Open is for tests and closed networks: ' +
        'whoever reaches the issuer can fill its directory with clients of any name.',
    ),
    services: withDefault(
      list(uri(), DIRECTORY_LIMITS.servicesPerClient),
      [],
      'Audiences that apps which have registered themselves may ask tokens for, with the consent of each person. The first one is ' +
        'their default. Apps with pairwise subjects get none.',
    ),
  },
  log: {
    level: withDefault(
      choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
      'info',
      'The least important level that is written.',
    ),
  },
} as const

/** Lists of the file that are brought into the directory at every start. */
export const DECLARED_LISTS = ['services', 'clients', 'roles', 'groups', 'users'] as const
