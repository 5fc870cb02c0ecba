import { generateKeyPairSync } from 'node:crypto'
import { applyDeclared, openSqliteDirectory } from '@latchkey/directory'
import { systemClock, systemRandom } from '@latchkey/protocol'
import t from 'tap'
import { declare } from '../../src/declare.ts'
import { readDeclared } from '../../src/settings/declared.ts'
import { readJson } from '../../src/settings/read-json.ts'
import { CLIENT_SECRET, faultsOf, LOCAL, load } from '../fixtures/settings-folder.ts'

const JWK = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

const FULL_CLIENT = `${LOCAL}clients:
  - client_id: full
    client_name: Full
    jwks: { keys: [{ kty: EC, crv: P-256, x: "${JWK.x}", y: "${JWK.y}", kid: "1", key_ops: [verify] }] }
    token_endpoint_auth_method: private_key_jwt
    token_endpoint_auth_signing_alg: ES256
    redirect_uris: [https://app.example/cb]
    post_logout_redirect_uris: [https://app.example/]
    backchannel_logout_uri: https://app.example/back
    frontchannel_logout_uri: https://app.example/front
    frontchannel_logout_session_required: true
    initiate_login_uri: https://app.example/sign-in
    cors_origins: [https://app.example]
    client_uri: https://app.example/
    policy_uri: https://app.example/policy
    tos_uri: https://app.example/terms
    contacts: [ada@app.example]
    grant_types: [authorization_code, "urn:ietf:params:oauth:grant-type:device_code"]
    first_party: true
    token_api: true
    may_impersonate: true
    signals: true
    require_pushed_authorization_requests: true
    require_signed_request_object: true
    request_object_signing_alg: PS256
    dpop_bound_access_tokens: true
    default_max_age: 600
    id_token_signed_response_alg: PS256
    userinfo_signed_response_alg: ES256
    introspection_signed_response_alg: EdDSA
    subject_type: pairwise
    sector_host: example
    disabled: true
`

t.test('every member of a client has its wire name in the file', async (t) => {
  const { declared } = load(t, { yaml: FULL_CLIENT })
  t.strictSame(declared.clients, [
    {
      id: 'full',
      name: 'Full',
      jwks: {
        keys: [{ kty: 'EC', crv: 'P-256', x: JWK.x, y: JWK.y, kid: '1', key_ops: ['verify'] }],
      },
      authMethod: 'private_key_jwt',
      assertionAlg: 'ES256',
      redirectUris: ['https://app.example/cb'],
      postLogoutRedirectUris: ['https://app.example/'],
      backchannelLogoutUri: 'https://app.example/back',
      frontchannelLogoutUri: 'https://app.example/front',
      frontchannelSessionRequired: true,
      initiateLoginUri: 'https://app.example/sign-in',
      corsOrigins: ['https://app.example'],
      clientUri: 'https://app.example/',
      policyUri: 'https://app.example/policy',
      tosUri: 'https://app.example/terms',
      contacts: ['ada@app.example'],
      grantTypes: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      requirePkce: true,
      services: [],
      firstParty: true,
      tokenApi: true,
      mayImpersonate: true,
      signals: true,
      requirePushedRequests: true,
      requireSignedRequests: true,
      requestObjectAlg: 'PS256',
      requireDpop: true,
      defaultMaxAge: 600,
      idTokenAlg: 'PS256',
      userinfoAlg: 'ES256',
      introspectionAlg: 'EdDSA',
      subjectType: 'pairwise',
      sectorHost: 'example',
      disabled: true,
    },
  ])
})

t.test('what the file says of a client and a person is what the directory has then', async (t) => {
  const { declared } = load(t, {
    yaml: `${FULL_CLIENT}users:
  - { username: ada, given_name: Ada, phone_number: "+49301234", address: { locality: London } }
`,
  })
  const [clock, random] = [systemClock, systemRandom]
  const directory = await openSqliteDirectory({ file: ':memory:', clock, random })
  t.teardown(() => directory.close())
  const deps = { issuer: 'https://sso.example', directory, clock, accessTokenSeconds: 300 }
  await declare(declared, [], deps)
  t.match(await directory.clients.find('full'), declared.clients?.[0])
  t.strictSame((await directory.users.findByUsername('ada'))?.profile, {
    given_name: 'Ada',
    phone_number: '+49301234',
    address: { locality: 'London' },
  })
  t.strictSame((await declare(declared, [], deps)).updated, [])
})

t.test('what the directory refuses is named by its line and by the name in the file', async (t) => {
  const [clock, random] = [systemClock, systemRandom]
  const directory = await openSqliteDirectory({ file: ':memory:', clock, random })
  t.teardown(() => directory.close())
  const deps = { issuer: 'https://sso.example', directory, clock, accessTokenSeconds: 300 }
  const refused: [yaml: string, where: RegExp, message: RegExp][] = [
    [
      'roles: [{ name: reader }]\nusers:\n  - username: ada\n    roles: [readr]\n',
      /^latchkey\.yaml:5:13 users\[0\]\.roles\[0\]$/,
      /did you mean "reader"/,
    ],
    [
      'clients:\n  - client_id: a\n    token_endpoint_auth_method: none\n    redirect_uris: [http://a.example/cb]\n',
      /^latchkey\.yaml:5:21 clients\[0\]\.redirect_uris\[0\]$/,
      /received/,
    ],
    [
      'roles:\n  - name: reader\n    grants: { https://a.example: [GET /] }\n',
      /^latchkey\.yaml:4:15 roles\[0\]\.grants\["https:\/\/a\.example"\]$/,
      /unknown-service/,
    ],
  ]
  for (const [yaml, where, message] of refused) {
    const { declared, declaredIn: file } = load(t, { yaml: `${LOCAL}${yaml}` })
    await t.rejects(declare(declared, [], { ...deps, file }), { where, message })
  }
})

t.test(
  'a start with a file that differs from what was applied says so, and changes nothing',
  async (t) => {
    const [clock, random] = [systemClock, systemRandom]
    const directory = await openSqliteDirectory({ file: ':memory:', clock, random })
    t.teardown(() => directory.close())
    const warned: string[] = []
    const log = { warn: (_: object, message: string) => warned.push(message) }
    const deps = { issuer: 'https://sso.example', directory, clock, accessTokenSeconds: 300, log }
    const { declared, declaredIn: file } = load(t, { yaml: `${LOCAL}users: [{ username: ada }]\n` })
    await applyDeclared(directory, declared, { now: 1, file: file?.name ?? '', givesUp: true })
    await declare(declared, [], { ...deps, file })
    t.strictSame(warned, [])
    const edited = { users: [{ username: 'ada', name: 'Ada' }] }
    const impossible = { users: [{ username: 'ada', roles: ['nobody knows'] }] }
    for (const other of [edited, impossible]) await declare(other, [], { ...deps, file })
    t.match(warned, [/latchkey plan/, /latchkey plan/])
    t.match(await directory.users.findByUsername('ada'), { name: 'ada', roles: [] })
  },
)

t.test('RFC 8705 section 2.1.2: each name of a certificate, and only one of them', async (t) => {
  const names = [
    ['tls_client_auth_subject_dn', 'subject_dn', 'CN=a,O=b'],
    ['tls_client_auth_san_dns', 'san_dns', 'a.example'],
    ['tls_client_auth_san_uri', 'san_uri', 'urn:a'],
    ['tls_client_auth_san_ip', 'san_ip', '::1'],
    ['tls_client_auth_san_email', 'san_email', 'a@a.example'],
  ] as const
  for (const [name, kind, value] of names) {
    const yaml = `${LOCAL}clients: [{ client_id: a, ${name}: "${value}" }]`
    t.strictSame(load(t, { yaml }).declared.clients?.[0]?.tlsClientName, { kind, value })
  }
  const yaml = `${LOCAL}clients:\n  - client_id: a\n    tls_client_auth_san_dns: a\n    tls_client_auth_san_ip: "::1"\n`
  t.strictSame(faultsOf(t, { yaml }), [
    'latchkey.yaml:5:5 clients[0].tls_client_auth_san_ip: expected one of them, received tls_client_auth_san_dns and tls_client_auth_san_ip [tls-name-twice]',
  ])
})

t.test('every claim of a person has its name of OpenID Connect Core section 5.1', async (t) => {
  const yaml = `${LOCAL}users:
  - username: ada
    given_name: Ada
    family_name: Lovelace
    middle_name: King
    nickname: ada
    profile: https://people.example/ada
    picture: https://people.example/ada.png
    website: https://ada.example/
    gender: female
    birthdate: 1815-12-10
    zoneinfo: Europe/London
    phone_number: "+442071234567"
    phone_number_verified: true
    address:
      formatted: |
        12 St James's Square
        London
      street_address: 12 St James's Square
      locality: London
      region: Greater London
      postal_code: SW1Y 4JH
      country: England
  - username: bob
`
  t.strictSame(load(t, { yaml }).declared.users, [
    {
      username: 'ada',
      profile: {
        given_name: 'Ada',
        family_name: 'Lovelace',
        middle_name: 'King',
        nickname: 'ada',
        profile: 'https://people.example/ada',
        picture: 'https://people.example/ada.png',
        website: 'https://ada.example/',
        gender: 'female',
        birthdate: '1815-12-10',
        zoneinfo: 'Europe/London',
        phone_number: '+442071234567',
        phone_number_verified: true,
        address: {
          formatted: "12 St James's Square\nLondon\n",
          street_address: "12 St James's Square",
          locality: 'London',
          region: 'Greater London',
          postal_code: 'SW1Y 4JH',
          country: 'England',
        },
      },
    },
    { username: 'bob' },
  ])
})

t.test('declared values of the wrong form are faults with their place', async (t) => {
  const cases: [yaml: string, fault: RegExp][] = [
    ['clients: [{ client_id: a, jwks: [] }]', /:2:33 clients\[0\]\.jwks: .*\[not-a-key-set\]/],
    ['clients: [{ client_id: a, jwks: { keys: [] } }]', /\[not-a-key-set\]/],
    ['clients: [{ client_id: a, jwks: { keys: [x] } }]', /\[not-a-key-set\]/],
    [
      'clients: [{ client_id: a, subject_type: secret }]',
      /one of public, pairwise.*\[not-a-choice\]/,
    ],
    ['clients: [{ client_id: a, default_max_age: -1 }]', /\[not-in-range\]/],
    ['clients: [{ client_id: a, sector_identifier_uri: https://a }]', /\[unknown-setting\]/],
    ['clients: [{ client_id: a, request_object_signing_alg: HS256 }]', /\[not-a-choice\]/],
    [
      'users: [{ username: a, phone_number: +49301234 }]',
      /in quotes, received 49301234 \[bad-form\]/,
    ],
    ['users: [{ username: a, birthdate: 1815 }]', /in quotes, received 1815 \[bad-form\]/],
    ['users: [{ username: a, address: London }]', /\[not-a-group\]/],
    ['users: [{ username: a, address: { city: London } }]', /received "city" \[unknown-setting\]/],
    ['users: [{ username: a, address: { postal_code: 10115 } }]', /\[not-text\]/],
    ['users: [{ username: a, address: { locality: "a\\tb" } }]', /\[not-text\]/],
  ]
  for (const [yaml, fault] of cases) {
    const faults = faultsOf(t, { yaml: `${LOCAL}${yaml}` })
    t.equal(faults.length, 1, yaml)
    t.match(faults[0], fault)
  }
  const pasted = `clients: [{ client_id: a, jwks: '${CLIENT_SECRET}' }]`
  t.notMatch(faultsOf(t, { yaml: LOCAL + pasted })[0], CLIENT_SECRET, 'a key may be private')
})

t.test(
  'what is sent as JSON is read by the same rules, and nothing of this machine with it',
  async (t) => {
    const read = (sent: object) =>
      readJson(sent, (group, reading) => readDeclared(group, reading, 300))
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
    const faultOf = (client: object) => {
      const outcome = read({ clients: [{ client_id: 'orders', ...client }] })
      return outcome.kind === 'fault' ? [outcome.fault.code, outcome.fault.at] : outcome.kind
    }
    const named = read({ clients: [{ client_id: 'orders', secret: CLIENT_SECRET }] })
    t.match(named, {
      kind: /^read$/,
      value: { clients: [{ id: 'orders', secret: CLIENT_SECRET }] },
    })
    t.strictSame(faultOf({ redirect_uris: 1 }), ['not-a-list', 'clients[0].redirect_uris'])
    t.strictSame(faultOf({ secret_env: 'HOME' }), ['unknown-setting', 'clients[0]'])
    t.strictSame(faultOf({ secret_file: '/etc/passwd' }), ['unknown-setting', 'clients[0]'])
    t.not(read({ a: nested(7) }).kind, 'too-deep')
    t.equal(read({ a: nested(8) }).kind, 'too-deep')
  },
)
