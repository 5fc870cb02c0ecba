import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSettings } from '../../src/settings/load-settings.ts'
import { CLIENT_SECRET, faultsOf, KEY, LOCAL, load } from '../fixtures/settings-folder.ts'

t.test('the least that is needed is the issuer; everything else has a default', async (t) => {
  const settings = load(t, { yaml: LOCAL })
  t.match(settings, {
    issuer: 'http://sso.localhost:4000',
    listen: { host: '127.0.0.1', port: 4000 },
    trustedProxies: [],
    session: { idleSeconds: 28_800, absoluteSeconds: 604_800 },
    tokens: { accessSeconds: 300, refreshGraceSeconds: 10, codeSeconds: 60, dpopNonce: 'optional' },
    feed: { leaseMs: 5000, canarySeconds: 30 },
    outgoing: { allow: [] },
    log: { level: 'info' },
    languages: ['en', 'zh-CN'],
    declared: { services: [], clients: [], roles: [], users: [] },
  })
  t.notOk('tls' in settings)
  t.notOk('redisUrl' in settings)
  t.match(settings.dataDir, /\.latchkey$/)
  t.ok(Object.isFrozen(settings) && Object.isFrozen(settings.tokens))
  t.throws(() => Object.assign(settings.listen, { port: 1 }), TypeError)
})

t.test('without a file the environment alone is enough, and it goes before the file', async (t) => {
  const env = {
    LATCHKEY_ISSUER: 'https://sso.example.com',
    LATCHKEY_LISTEN_PORT: '8080',
    LATCHKEY_LISTEN_HOST: '10.1.2.3',
    LATCHKEY_TRUSTED_PROXIES: '10.0.0.0/24, 2001:db8::1',
    LATCHKEY_LANGUAGES: 'zh-CN',
    LATCHKEY_OUTGOING_ALLOW: 'orders.internal, 10.0.0.0/8, ::1',
    LATCHKEY_TOKEN_API_HOOK: '/etc/latchkey/hook.mjs',
    LATCHKEY_TOKEN_API_SIMPLEJWT_CLIENT: 'app',
    LATCHKEY_REDIS_URL: 'rediss://user:pass@redis.example:6380/2',
    LATCHKEY_REDIS_REPLICAS: '2',
    LATCHKEY_REDIS_SENTINELS: 's1.internal:26379, [::1]:7000',
    LATCHKEY_REDIS_SENTINEL_PASSWORD: 'other',
    LATCHKEY_DIRECTORY_URL: 'postgres://latchkey:pass@db.internal/latchkey?sslmode=verify-full',
    LATCHKEY_MASTER_KEY: KEY,
    LATCHKEY_LOG_LEVEL: '',
    LATCHKEY_PORT: 'tcp://10.96.0.12:4000',
    LATCHKEY_CLI_CLIENT_ID: 'another program',
    OTHER: '1',
  }
  const want = {
    issuer: 'https://sso.example.com',
    listen: { host: '10.1.2.3', port: 8080 },
    trustedProxies: ['10.0.0.0/24', '2001:db8::1'],
    languages: ['zh-CN'],
    outgoing: { allow: ['orders.internal', '10.0.0.0/8', '::1'] },
    tokenResponseHook: '/etc/latchkey/hook.mjs',
    simplejwtClient: 'app',
    redisUrl: 'rediss://user:pass@redis.example:6380/2',
    redis: {
      replicas: 2,
      sentinels: [
        { host: 's1.internal', port: 26379 },
        { host: '::1', port: 7000 },
      ],
      sentinelPassword: 'other',
    },
    directory: {
      url: 'postgres://latchkey:pass@db.internal/latchkey?sslmode=verify-full',
      connections: 10,
      migrate: 'auto',
    },
    masterKey: Buffer.from(KEY, 'base64url'),
    log: { level: 'info' },
  }
  t.match(load(t, { env }), want)
  const yaml = `${LOCAL}listen: { host: 127.0.0.1, port: 1 }\nlog:\n  level: error\n`
  t.match(load(t, { env, yaml }), { ...want, log: { level: 'error' } })
})

t.test('all faults are listed at once, with place, expectation and code', async (t) => {
  const yaml = `
issuer: https://SSO.example.com/
lisen:
  host: localhost
session:
  idle_second: 5
  absolute_seconds: ten
clients:
  - client_id: a
    redirect_uri: [https://a.example/cb]
    grants:
      https://a.example: [get /orders]
  - client_name: 7
`
  t.strictSame(
    faultsOf(t, { yaml, env: { LATCHKEY_LISTEN_PORT: '70000', LATCHKEY_REDIS_URI: 'x' } }),
    [
      'latchkey.yaml:2:9 issuer: expected exactly https://sso.example.com, received "https://SSO.example.com/" [issuer-form]',
      'latchkey.yaml:3:1 lisen: expected a known name; did you mean listen?, received "lisen" [unknown-setting]',
      'latchkey.yaml:6:3 session.idle_second: expected a known name; did you mean idle_seconds?, received "idle_second" [unknown-setting]',
      'latchkey.yaml:7:21 session.absolute_seconds: expected a whole number from 60 to 34560000, received "ten" [not-in-range]',
      'latchkey.yaml:10:5 clients[0].redirect_uri: expected a known name; did you mean redirect_uris?, received "redirect_uri" [unknown-setting]',
      'latchkey.yaml:12:27 clients[0].grants.https://a.example[0]: expected an upper-case method or \'*\', received "g" at character 1 of "get /orders" [grant-method]',
      'latchkey.yaml:13:5 clients[1].client_id: expected text of at most 128 characters, received nothing [missing-setting]',
      'latchkey.yaml:13:18 clients[1].client_name: expected text of at most 256 characters, received 7 [not-text]',
      'LATCHKEY_LISTEN_PORT: expected a whole number from 0 to 65535, received 70000 [not-in-range]',
      'environment: expected a known name; did you mean LATCHKEY_REDIS_URL?, received LATCHKEY_REDIS_URI [unknown-setting]',
    ],
  )
})

t.test('attacks.md H9: placeholders are text', async (t) => {
  const yaml = `${LOCAL}clients:\n  - client_id: a\n    client_name: "\${env.HOME}"\n    services: []\n`
  const { declared } = load(t, { yaml, env: { HOME: '/root', 'env.HOME': '/root' } })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay text
  t.equal(declared.clients?.[0]?.name, '${env.HOME}')
  const inUri = `${LOCAL}clients:\n  - client_id: a\n    redirect_uris: ["https://\${env.HOST}/cb"]\n`
  t.match(faultsOf(t, { yaml: inUri, env: { HOST: 'x' } })[0], /\[not-a-uri\]/)
})

t.test('what is not YAML gives its own message and no others', async (t) => {
  const aliases = Array.from({ length: 9 }, (_, i) => {
    const items = Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*a${i - 1}`)).join(',')
    return `a${i}: &a${i} [${items}]`
  }).join('\n')
  const cases: [yaml: string, code: string, at: RegExp][] = [
    ['issuer: [', 'settings-syntax', /^latchkey\.yaml:1:\d+/],
    ['issuer: a\nissuer: b\n', 'settings-syntax', /^latchkey\.yaml:2:1/],
    ['issuer: !!js/function x\n', 'settings-syntax', /^latchkey\.yaml:1:9/],
    ['issuer: a\n---\nissuer: b\n', 'settings-syntax', /^latchkey\.yaml:2:1/],
    ['issuer: *nowhere\n', 'settings-syntax', /^latchkey\.yaml:1:9/],
    ['- a\n- b\n', 'settings-syntax', /^latchkey\.yaml:1:1/],
    ['just text', 'settings-syntax', /^latchkey\.yaml:1:1/],
    [aliases, 'settings-too-large', /^latchkey\.yaml:/],
  ]
  for (const [yaml, code, at] of cases) {
    const faults = faultsOf(t, { yaml })
    t.equal(faults.length, 1, yaml.slice(0, 40))
    t.match(faults[0], at)
    t.match(faults[0], `[${code}]`)
  }
  const folder = t.testdir({})
  const missing = () => loadSettings({ file: 'nope.yaml', env: {}, cwd: folder })
  t.throws(missing, /nope\.yaml \[settings-file-missing\]$/)
  mkdirSync(join(folder, 'latchkey.yaml'))
  t.throws(() => loadSettings({ env: {}, cwd: folder }), /\(EISDIR\).*\[settings-file-missing\]$/)
})

/** What a client has that declares nothing else. */
const USUAL = {
  frontchannelSessionRequired: false,
  requirePushedRequests: false,
  requireSignedRequests: false,
  requireDpop: false,
  tokenApi: false,
  mayImpersonate: false,
  signals: false,
  introspectionAlg: 'RS256',
  subjectType: 'public',
  corsOrigins: [],
  contacts: [],
}

t.test('declared entries arrive in the names of the directory', async (t) => {
  const yaml = `${LOCAL}
tokens: { access_seconds: 120 }
services:
  - audience: https://b.example
    clients: [b]
  - { audience: https://c.example, alg: ES256, access_token_seconds: 60, name: C, disabled: true }
clients:
  - client_id: a
    client_name: Orders
    secret: ${CLIENT_SECRET}
    redirect_uris: [https://a.example/cb]
    post_logout_redirect_uris: [https://a.example/]
    backchannel_logout_uri: https://a.example/logout
    grant_types: [authorization_code, client_credentials]
    token_endpoint_auth_method: client_secret_post
    require_pkce: false
    services: [https://b.example]
    first_party: true
    grants: { https://b.example: [GET /reports/*] }
    id_token_signed_response_alg: EdDSA
  - client_id: spa
    token_endpoint_auth_method: none
roles:
  - { name: reader, description: Reads, grants: { https://b.example: ["* /reports/*"] } }
users:
  - username: ada
    email_verified: false
    password_env: ADA
    roles: [reader]
  - username: grace
`
  const { declared } = load(t, { yaml, env: { ADA: 'correct horse' } })
  t.strictSame(declared, {
    services: [
      {
        audience: 'https://b.example',
        alg: 'HS256',
        clients: ['b'],
        accessTokenSeconds: 120,
        statusList: false,
      },
      {
        audience: 'https://c.example',
        name: 'C',
        alg: 'ES256',
        clients: [],
        disabled: true,
        accessTokenSeconds: 60,
        statusList: false,
      },
    ],
    clients: [
      {
        id: 'a',
        name: 'Orders',
        secret: CLIENT_SECRET,
        redirectUris: ['https://a.example/cb'],
        postLogoutRedirectUris: ['https://a.example/'],
        backchannelLogoutUri: 'https://a.example/logout',
        grantTypes: ['authorization_code', 'client_credentials'],
        authMethod: 'client_secret_post',
        requirePkce: false,
        services: ['https://b.example'],
        firstParty: true,
        grants: { 'https://b.example': ['GET /reports/*'] },
        idTokenAlg: 'EdDSA',
        ...USUAL,
      },
      {
        id: 'spa',
        redirectUris: [],
        postLogoutRedirectUris: [],
        grantTypes: ['authorization_code', 'refresh_token'],
        authMethod: 'none',
        requirePkce: true,
        services: [],
        firstParty: false,
        idTokenAlg: 'RS256',
        ...USUAL,
      },
    ],
    roles: [
      { name: 'reader', description: 'Reads', grants: { 'https://b.example': ['* /reports/*'] } },
    ],
    groups: [],
    users: [
      { username: 'ada', roles: ['reader'], password: 'correct horse', emailVerified: false },
      { username: 'grace' },
    ],
  })
})

t.test('signal sources are named with their keys, each once', (t) => {
  const source = '- { issuer: https://idp.example, jwks_uri: https://idp.example/jwks'
  const read = (list: string) => ({ yaml: `${LOCAL}signal_sources:\n  ${list}\n` })
  const { issuer, signalSources } = load(t, read(`${source} }`))
  const [one] = signalSources
  t.strictSame(one, {
    issuer: 'https://idp.example',
    jwksUri: 'https://idp.example/jwks',
    audience: issuer,
  })
  const more = load(t, read(`${source}, audience: ours, provisioning_client: idp }`)).signalSources
  t.match(more, [{ audience: 'ours', provisioningClient: 'idp' }])
  t.strictSame(load(t, { yaml: LOCAL }).signalSources, [])
  for (const [list, code] of [
    [`${source} }\n  ${source} }`, 'bad-signal-sources'],
    [
      Array.from({ length: 21 }, (_, n) => `- { issuer: i${n}, jwks_uri: https://a.example }`).join(
        '\n  ',
      ),
      'bad-signal-sources',
    ],
    ['- { issuer: https://idp.example }', 'missing-setting'],
    ['- { issuer: https://idp.example, jwks_uri: jwks }', 'not-a-uri'],
    ['a', 'not-a-list'],
  ] as const) {
    t.match(faultsOf(t, read(list)).join('\n'), code, list)
  }
  t.end()
})
