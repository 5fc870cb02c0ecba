import t from 'tap'
import { faultsOf, type Given, HTTPS, LOCAL, load } from '../fixtures/settings-folder.ts'
import { TEST_CERT, TEST_KEY } from '../fixtures/tls.ts'

t.test('the issuer has one spelling and is never plain http on a network', async (t) => {
  const good = ['https://sso.example.com', 'https://sso.example.com:8443', 'http://localhost:4000']
  good.push('http://sso.localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000')
  for (const issuer of good) t.equal(load(t, { env: { LATCHKEY_ISSUER: issuer } }).issuer, issuer)

  const bad: [issuer: string, code: string, expected?: string][] = [
    ['https://sso.example.com/', 'issuer-form', 'exactly https://sso.example.com,'],
    ['https://sso.example.com/realm', 'issuer-form', 'exactly https://sso.example.com,'],
    ['https://sso.example.com:443', 'issuer-form', 'exactly https://sso.example.com,'],
    ['https://SSO.example.com', 'issuer-form', 'exactly https://sso.example.com,'],
    ['https://sso.example.com?x=1', 'issuer-form'],
    ['https://sso.example.com#x', 'issuer-form'],
    ['https://user@sso.example.com', 'issuer-form'],
    ['https://sso.example.com ', 'issuer-form'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay text
    ['https://${env.HOST}', 'issuer-form'],
    ['https://{HOST}', 'issuer-form'],
    ['ftp://sso.example.com', 'issuer-form'],
    ['sso.example.com', 'issuer-form'],
    ['http://sso.example.com', 'issuer-insecure'],
    ['http://10.0.0.1:4000', 'issuer-insecure'],
    ['http://localhost.example.com', 'issuer-insecure'],
    ['http://127.0.0.1.example.com', 'issuer-insecure'],
    [`https://${'a'.repeat(3000)}.com`, 'issuer-form'],
  ]
  for (const [issuer, code, expected = ''] of bad) {
    const faults = faultsOf(t, { env: { LATCHKEY_ISSUER: issuer, HOST: 'sso.example.com' } })
    t.equal(faults.length, 1, issuer)
    t.match(faults[0], `[${code}]`)
    t.ok(faults[0]?.includes(expected), faults[0] ?? '')
  }
  const nothing = faultsOf(t, { yaml: 'log: { level: warn }\n', env: {} })[0]
  t.match(nothing, /issuer: .* received nothing \[missing-setting\]/)
  t.match(faultsOf(t, { env: {} })[0], /latchkey init .*\[settings-file-missing\]/)
})

t.test('certificates of clients are believed only from a proxy that is named', async (t) => {
  const header = (name: string, more = '') => `${HTTPS}tls_client_header: ${name}\n${more}`
  const proxies = 'trusted_proxies: [10.0.0.5]\n'
  t.equal(load(t, { yaml: header('x-client-cert', proxies) }).tlsClientHeader, 'x-client-cert')
  t.equal(load(t, { yaml: HTTPS }).tlsClientHeader, undefined)
  t.match(faultsOf(t, { yaml: header('x-client-cert') })[0], /\[tls-client-header-untrusted\]/)
  for (const name of ['X-Client-Cert', 'authorization', '"x-client cert"', 'x-', '""']) {
    t.match(faultsOf(t, { yaml: header(name, proxies) })[0], /\[bad-form\]/, name)
  }
  t.equal(
    load(t, { yaml: `${LOCAL}tokens: { dpop_nonce: required }\n` }).tokens.dpopNonce,
    'required',
  )
})

t.test('attacks.md K19: plain http stays on the machine unless a proxy is named', async (t) => {
  const listening = (host: string, more = '') => `${HTTPS}listen: { host: "${host}" }\n${more}`
  const proxies = 'trusted_proxies: [10.0.0.5]\n'
  for (const host of ['127.0.0.1', '::1', 'localhost']) {
    t.equal(load(t, { yaml: listening(host) }).listen.host, host)
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'issuer.internal']) {
    t.match(faultsOf(t, { yaml: listening(host) })[0], /\[plain-http-exposed\]/)
    t.equal(load(t, { yaml: listening(host, proxies) }).listen.host, host)
  }
  for (const everybody of [
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '*',
    'true',
    '10.0.0.0/8/8',
    'proxy',
  ]) {
    const yaml = `${HTTPS}trusted_proxies: ["${everybody}"]\n`
    t.match(faultsOf(t, { yaml })[0], /\[not-an-address\]/, everybody)
  }
})

t.test('attacks.md I1: what may be called is named one by one, never everybody', async (t) => {
  const allowing = (target: string) => `${HTTPS}outgoing: { allow: ["${target}"] }\n`
  for (const target of ['orders.internal', 'localhost', '127.0.0.1', '10.0.0.0/8', 'fc00::/7']) {
    t.strictSame(load(t, { yaml: allowing(target) }).outgoing.allow, [target])
  }
  const refused = ['0.0.0.0/0', '::/0', '*', '*.internal', 'Orders.internal', 'a/b', '0x7f000001']
  for (const target of [...refused, 'orders:80', 'https://orders', '[::1]', 'a@b', '']) {
    t.match(faultsOf(t, { yaml: allowing(target) })[0], /\[not-a-target\]/, target)
  }
})

t.test('the client of simplejwt is public, first-party and opted in', async (t) => {
  const naming = (
    id: string,
    ...members: string[]
  ) => `${HTTPS}token_api: { simplejwt_client: ${id} }
clients: [{ ${['client_id: app', 'redirect_uris: [https://app.example/cb]', ...members].join(', ')} }]
`
  const members = ['token_endpoint_auth_method: none', 'first_party: true', 'token_api: true']
  t.equal(load(t, { yaml: naming('app', ...members) }).simplejwtClient, 'app')
  t.equal(load(t, { yaml: naming('not-in-this-file') }).simplejwtClient, 'not-in-this-file')
  for (const [index, missing] of members.entries()) {
    const yaml = naming('app', ...members.toSpliced(index, 1))
    t.match(faultsOf(t, { yaml })[0], /\[simplejwt-client\]$/, missing)
  }
})

t.test('certificate and key are looked at before the start', async (t) => {
  const files: Given['files'] & object = {
    'cert.pem': [TEST_CERT, 0o644],
    'key.pem': [TEST_KEY, 0o600],
    'other.pem': [OTHER_KEY, 0o600],
    'open.pem': [TEST_KEY, 0o644],
  }
  const tls = (cert: string, key: string, issuer = HTTPS) =>
    `${issuer}listen: { host: 0.0.0.0 }\ntls: { cert_file: ${cert}, key_file: ${key} }\n`
  const settings = load(t, { yaml: tls('cert.pem', 'key.pem'), files })
  t.match(settings.tls, { certFile: /\/cert\.pem$/, keyFile: /\/key\.pem$/ })

  const bad: [yaml: string, code: string][] = [
    [tls('cert.pem', 'open.pem'), 'secret-file-open'],
    [tls('cert.pem', 'other.pem'), 'tls-files'],
    [tls('missing.pem', 'key.pem'), 'tls-files'],
    [tls('key.pem', 'key.pem'), 'tls-files'],
    [tls('cert.pem', 'cert.pem'), 'secret-file-open'],
    [tls('cert.pem', 'key.pem', LOCAL), 'issuer-insecure'],
    [`${HTTPS}tls: { cert_file: cert.pem }\n`, 'tls-incomplete'],
    [`${HTTPS}tls: { key_file: key.pem }\n`, 'tls-incomplete'],
  ]
  for (const [yaml, code] of bad) {
    const faults = faultsOf(t, { yaml, files })
    t.equal(faults.length, 1)
    t.match(faults[0], `[${code}]`)
    t.notMatch(faults[0], 'PRIVATE')
  }
})
const OTHER_KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
`

t.test('settings that do not go together are refused', async (t) => {
  const cases: [given: Given, code: string][] = [
    [{ yaml: `${LOCAL}session: { idle_seconds: 600, absolute_seconds: 300 }\n` }, 'session-order'],
    [{ yaml: LOCAL, env: { LATCHKEY_REDIS_URL: 'redis://127.0.0.1:6379' } }, 'master-key-missing'],
    [{ yaml: `${LOCAL}redis: { replicas: 1 }\n` }, 'redis-url-missing'],
    [{ yaml: `${LOCAL}redis: { sentinels: ["s1:26379"] }\n` }, 'redis-url-missing'],
    [{ yaml: `${LOCAL}redis: { sentinels: [s1] }\n` }, 'not-host-and-port'],
    [{ yaml: `${LOCAL}redis: { sentinels: ["s1:0"] }\n` }, 'not-host-and-port'],
    [{ yaml: `${LOCAL}redis: { sentinels: ["me@s1:26379"] }\n` }, 'not-host-and-port'],
    [{ yaml: `${LOCAL}redis: { replicas: 11 }\n` }, 'not-in-range'],
    [{ yaml: `${LOCAL}languages: []\n` }, 'no-language'],
    [{ yaml: `${LOCAL}languages: [en, en]\n` }, 'repeated'],
    [{ yaml: `${LOCAL}languages: [de]\n` }, 'not-a-choice'],
    [{ yaml: `${LOCAL}registration: { mode: yes-please }\n` }, 'not-a-choice'],
    [{ yaml: `${LOCAL}registration: { services: [https://x.example] }\n` }, 'unknown-service'],
    [
      {
        yaml: `issuer: https://sso.example\n${LOCAL.replace(/^issuer:.*\n/m, '')}registration: { services: [https://sso.example] }\n`,
      },
      'registration-issuer',
    ],
    [{ yaml: `${LOCAL}tokens: { access_seconds: 901 }\n` }, 'not-in-range'],
    [{ yaml: `${LOCAL}tokens: { access_seconds: "300" }\n` }, 'not-in-range'],
    [{ yaml: `${LOCAL}tokens: 300\n` }, 'not-a-group'],
    [{ yaml: `${LOCAL}users: ada\n` }, 'not-a-list'],
    [{ yaml: `${LOCAL}users: [ada]\n` }, 'not-a-group'],
    [{ yaml: LOCAL, env: { LATCHKEY_REDIS_URL: 'http://127.0.0.1' } }, 'not-a-redis-url'],
    [
      { yaml: LOCAL, env: { LATCHKEY_DIRECTORY_URL: 'postgres://db.internal' } },
      'not-a-postgres-url',
    ],
    [
      { yaml: LOCAL, env: { LATCHKEY_DIRECTORY_URL: 'postgres://db.internal/latchkey' } },
      'master-key-missing',
    ],
    [{ yaml: `${LOCAL}directory: { migrate: later }\n` }, 'not-a-choice'],
    [{ yaml: `${LOCAL}listen: { host: 999.1.1.1 }\n` }, 'not-a-host'],
    [{ yaml: `${LOCAL}clients: [{ client_id: a, require_pkce: "no" }]\n` }, 'not-a-flag'],
    [{ yaml: `${LOCAL}clients: [{ client_id: "a\\nb" }]\n` }, 'not-text'],
  ]
  for (const [given, code] of cases) {
    const faults = faultsOf(t, given)
    t.equal(faults.length, 1, code)
    t.match(faults[0], `[${code}]`)
  }
  t.match(load(t, { yaml: `${LOCAL}tokens:\nsession:\nusers:\n` }).tokens, { codeSeconds: 60 })
  const registration = 'registration: { mode: token, services: [https://x.example] }'
  const services = 'services: [{ audience: https://x.example }]'
  t.strictSame(load(t, { yaml: `${LOCAL}${registration}\n${services}\n` }).registration, {
    mode: 'token',
    services: ['https://x.example'],
  })
  t.strictSame(load(t, { yaml: LOCAL }).registration, { mode: 'off', services: [] })
})
