import { createHash } from 'node:crypto'
import t from 'tap'
import { hashClientSecret } from '../src/index.ts'
import { client, memoryDirectory, ORDERS, REPORTS, service } from './fixtures/open-directory.ts'

const SECRET = 'a-client-secret-of-32-characters'
const CONFIDENTIAL = { authMethod: 'client_secret_basic', secret: SECRET } as const

async function withServices(t: Parameters<typeof memoryDirectory>[0]) {
  const directory = await memoryDirectory(t)
  for (const audience of [ORDERS, REPORTS]) await directory.services.save(service(audience))
  return directory
}

t.test('a client is found as it was saved, its secret as a digest', async (t) => {
  const { clients } = await withServices(t)
  const saved = await clients.save({
    id: 'orders-web.1_A',
    name: 'Orders 订单',
    secret: SECRET,
    redirectUris: ['https://z.example/cb', 'https://a.example/cb'],
    postLogoutRedirectUris: ['https://z.example/'],
    backchannelLogoutUri: 'https://z.example/logout',
    grantTypes: ['refresh_token', 'authorization_code'],
    authMethod: 'client_secret_post',
    requirePkce: false,
    services: [REPORTS, ORDERS],
    firstParty: true,
    grants: [{ audience: REPORTS, grant: 'GET /reports' }],
    idTokenAlg: 'EdDSA',
    disabled: false,
  })
  t.strictSame(saved, {
    id: 'orders-web.1_A',
    name: 'Orders 订单',
    secrets: [
      {
        id: 1,
        hash: `sha256:${createHash('sha256').update(SECRET).digest('base64url')}`,
        createdAt: 1_700_000_000,
      },
    ],
    redirectUris: ['https://z.example/cb', 'https://a.example/cb'],
    postLogoutRedirectUris: ['https://z.example/'],
    backchannelLogoutUri: 'https://z.example/logout',
    grantTypes: ['refresh_token', 'authorization_code'],
    authMethod: 'client_secret_post',
    requirePkce: false,
    services: [REPORTS, ORDERS],
    firstParty: true,
    grants: [{ audience: REPORTS, grant: 'GET /reports' }],
    idTokenAlg: 'EdDSA',
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
    createdAt: 1_700_000_000,
    disabled: false,
  })
  t.strictSame(await clients.find('orders-web.1_A'), saved)
  t.strictSame(await clients.list(), [saved])
  t.equal(await clients.find('ORDERS-WEB.1_A'), undefined)
  t.equal(await clients.find(''), undefined)
})

t.test('saving again replaces everything but a secret that is not given', async (t) => {
  const { clients, clientSecrets } = await withServices(t)
  await clients.save(
    client('app', {
      ...CONFIDENTIAL,
      backchannelLogoutUri: 'https://app.example/logout',
      services: [ORDERS],
      grants: [{ audience: ORDERS, grant: 'GET /orders' }],
    }),
  )
  const after = await clients.save(
    client('app', { authMethod: 'client_secret_post', services: [REPORTS] }),
  )
  t.notOk('backchannelLogoutUri' in after)
  t.strictSame([after.services, after.grants], [[REPORTS], []])
  t.ok(clientSecrets.match(after, SECRET))

  const changed = await clients.save(
    client('app', { ...CONFIDENTIAL, secret: `${SECRET}2`, services: [] }),
  )
  t.notOk(clientSecrets.match(changed, SECRET))
  t.ok(clientSecrets.match(changed, `${SECRET}2`))

  const open = await clients.save(client('app'))
  t.strictSame(open.secrets, [], 'a public client has no secret')
  await t.rejects(
    clients.save(client('app', { authMethod: 'client_secret_basic' })),
    { code: 'client-secret' },
    'and the old one does not come back',
  )
})

t.test('a secret is checked against its digest', async (t) => {
  const { clients, clientSecrets } = await memoryDirectory(t)
  const plain = await clients.save(client('plain', CONFIDENTIAL))
  const hashed = await clients.save(
    client('hashed', { authMethod: 'client_secret_basic', secretHash: hashClientSecret(SECRET) }),
  )
  const none = await clients.save(client('none'))
  for (const one of [plain, hashed]) {
    t.equal(clientSecrets.match(one, SECRET), one.secrets[0])
    for (const wrong of [
      '',
      SECRET.slice(1),
      `${SECRET} `,
      SECRET.toUpperCase(),
      'x'.repeat(1e6),
    ]) {
      t.equal(clientSecrets.match(one, wrong), undefined)
    }
    const hash = one.secrets[0]?.hash ?? ''
    t.equal(clientSecrets.match(one, hash), undefined, 'the digest is not the secret')
  }
  for (const any of ['', SECRET, 'undefined']) t.equal(clientSecrets.match(none, any), undefined)
})

t.test('what a client may not be', async (t) => {
  const { clients } = await withServices(t)
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  const hash = hashClientSecret(SECRET)
  const uris = Array.from({ length: 65 }, (_, index) => `https://app.example/${index}`)
  const cases: [string, ReturnType<typeof client>, string, string?][] = [
    ['no id', client(''), 'client-id', 'id'],
    ['an id of 129 characters', client('x'.repeat(129)), 'client-id'],
    ['attack B13: an id like a user', client('u_1'), 'client-id'],
    ['a colon in the id', client('svc:orders'), 'client-id'],
    ['a space in the id', client('a b'), 'client-id'],
    ['a line break in the id', client('a\n'), 'client-id'],
    ['a letter beyond ASCII in the id', client('ordërs'), 'client-id'],
    ['no name', client('a', { name: ' ' }), 'name', 'name'],
    ['a control character in the name', client('a', { name: 'a\u0007' }), 'name'],
    [
      'an unsafe redirect URI',
      client('a', { redirectUris: ['javascript:1'] }),
      'redirect-uri',
      'redirectUris[0]',
    ],
    [
      'an unsafe post-logout URI',
      client('a', { postLogoutRedirectUris: ['https://a.example', 'http://a.example'] }),
      'redirect-uri',
      'postLogoutRedirectUris[1]',
    ],
    [
      'an unsafe back-channel URI',
      client('a', { backchannelLogoutUri: 'file:///etc/passwd' }),
      'logout-uri',
      'backchannelLogoutUri',
    ],
    [
      'a redirect URI twice',
      client('a', { redirectUris: ['https://a.example/', 'https://a.example/'] }),
      'duplicate',
      'redirectUris[1]',
    ],
    ['65 redirect URIs', client('a', { redirectUris: uris }), 'too-many'],
    [
      'no redirect URI for codes',
      client('a', { redirectUris: [] }),
      'client-metadata',
      'redirectUris',
    ],
    [
      'an unknown grant type',
      client('a', { grantTypes: ['password' as never] }),
      'choice',
      'grantTypes[0]',
    ],
    [
      'a grant type twice',
      client('a', { grantTypes: ['refresh_token', 'refresh_token'] }),
      'duplicate',
    ],
    ['an unknown method', client('a', { authMethod: 'basic' as never }), 'choice', 'authMethod'],
    ['an unknown algorithm', client('a', { idTokenAlg: 'none' as never }), 'choice', 'idTokenAlg'],
    [
      'RFC 6749 section 4.4: a public machine',
      client('a', { grantTypes: ['client_credentials'] }),
      'client-metadata',
      'authMethod',
    ],
    [
      'RFC 8693 section 5: a public exchanger',
      client('a', { grantTypes: [exchange] }),
      'client-metadata',
      'authMethod',
    ],
    [
      'RFC 9700 section 2.1.1: a public client without PKCE',
      client('a', { requirePkce: false }),
      'client-metadata',
      'requirePkce',
    ],
    [
      'an unknown service',
      client('a', { services: ['https://report.example'] }),
      'unknown-service',
      'services[0]',
    ],
    ['a service twice', client('a', { services: [ORDERS, ORDERS] }), 'duplicate', 'services[1]'],
    [
      'a grant at an unknown service',
      client('a', { grants: [{ audience: 'https://x.example', grant: 'GET /' }] }),
      'unknown-service',
      'grants[0]',
    ],
    [
      'a grant that is none',
      client('a', { grants: [{ audience: ORDERS, grant: 'HEAD /' }] }),
      'grant-head',
    ],
    ['no secret', client('a', { authMethod: 'client_secret_basic' }), 'client-secret', 'secret'],
    ['a secret that is not used', client('a', { secret: SECRET }), 'client-secret'],
    [
      'a secret of 31 characters',
      client('a', { ...CONFIDENTIAL, secret: 'x'.repeat(31) }),
      'client-secret',
    ],
    [
      'a secret of 513 characters',
      client('a', { ...CONFIDENTIAL, secret: 'x'.repeat(513) }),
      'client-secret',
    ],
    [
      'a secret with a letter beyond ASCII',
      client('a', { ...CONFIDENTIAL, secret: 'ü'.repeat(32) }),
      'client-secret',
    ],
    ['a secret and a digest', client('a', { ...CONFIDENTIAL, secretHash: hash }), 'client-secret'],
    [
      'a next secret that is the same',
      client('a', { ...CONFIDENTIAL, nextSecretHash: hash }),
      'client-secret',
      'nextSecret',
    ],
    [
      'a next secret without the one in use',
      client('a', { authMethod: 'client_secret_post', nextSecret: SECRET }),
      'client-secret',
      'secret',
    ],
    [
      'a short next secret',
      client('a', { ...CONFIDENTIAL, nextSecret: 'x'.repeat(31) }),
      'client-secret',
      'nextSecret',
    ],
    [
      'a digest in hex',
      client('a', { authMethod: 'client_secret_basic', secretHash: `sha256:${'0'.repeat(64)}` }),
      'client-secret-hash',
    ],
    [
      'a digest in another spelling of the same bytes',
      client('a', {
        authMethod: 'client_secret_basic',
        secretHash: `${hash.slice(0, -1)}${String.fromCharCode(hash.charCodeAt(hash.length - 1) + 1)}`,
      }),
      'client-secret-hash',
    ],
  ]
  for (const [rule, input, code, where] of cases) {
    await t.rejects(
      clients.save(input),
      { name: 'InputError', code, ...(where === undefined ? {} : { where }) },
      rule,
    )
  }
  t.strictSame(await clients.list(), [], 'none of them was saved halfway')
})

t.test('no message repeats a secret', async (t) => {
  const { clients } = await memoryDirectory(t)
  for (const secret of ['sesame', `sesame\u0000${SECRET}`]) {
    const error = await clients.save(client('a', { ...CONFIDENTIAL, secret })).catch((e) => e)
    t.equal(error.code, 'client-secret')
    t.notMatch(error.message, /sesame/)
  }
})

t.test('the last values that pass', async (t) => {
  const { clients } = await memoryDirectory(t)
  await t.resolves(clients.save(client('x'.repeat(128))))
  await t.resolves(clients.save(client('a', { ...CONFIDENTIAL, secret: 'x'.repeat(512) })))
  await t.resolves(
    clients.save(
      client('machine', { ...CONFIDENTIAL, redirectUris: [], grantTypes: ['client_credentials'] }),
    ),
  )
  await t.resolves(
    clients.save(client('feed', { ...CONFIDENTIAL, redirectUris: [], grantTypes: [] })),
  )
})

t.test('a disabled client is found, says so, and its machine may do nothing', async (t) => {
  const { clients } = await withServices(t)
  await clients.save(
    client('job', {
      ...CONFIDENTIAL,
      grants: [
        { audience: ORDERS, grant: 'POST /orders' },
        { audience: ORDERS, grant: 'GET /orders' },
        { audience: REPORTS, grant: 'GET /reports' },
      ],
    }),
  )
  t.strictSame(await clients.rightsAt('job', ORDERS), { routes: ['GET /orders', 'POST /orders'] })
  t.strictSame(await clients.rightsAt('job', 'https://nowhere.example'), { routes: [] })
  t.strictSame(await clients.rightsAt('nobody', ORDERS), { routes: [] })
  await clients.setDisabled('job', true)
  t.equal((await clients.find('job'))?.disabled, true)
  t.strictSame(await clients.rightsAt('job', ORDERS), { routes: [] })
  await clients.setDisabled('job', false)
  t.equal((await clients.rightsAt('job', ORDERS)).routes.length, 2)
  await t.rejects(clients.setDisabled('nobody', true), { code: 'unknown-client' })
})

t.test('clients come in pages, each once', async (t) => {
  const { clients } = await memoryDirectory(t)
  const ids = ['a', 'b', 'c', 'd', 'e']
  for (const id of ids.toReversed()) await clients.save(client(id))
  const seen: string[] = []
  for (let after: string | undefined; ; after = seen.at(-1)) {
    const page = await clients.page({ limit: 2, ...(after !== undefined && { after }) })
    if (page.length === 0) break
    seen.push(...page.map(({ id }) => id))
  }
  t.strictSame(seen, ids)
  t.strictSame(await clients.page({ limit: 500 }), await clients.list())
  for (const limit of [0, 501]) await t.rejects(clients.page({ limit }), { code: 'number' })
})
