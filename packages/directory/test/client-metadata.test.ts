import t from 'tap'
import {
  EC,
  INVALID_METADATA,
  type Members,
  SECRET,
  URI_MEMBERS,
  VALID_METADATA,
} from './fixtures/client-metadata.ts'
import { client, memoryDirectory, ORDERS, service } from './fixtures/open-directory.ts'

async function withOrders(t: Parameters<typeof memoryDirectory>[0]) {
  const directory = await memoryDirectory(t)
  await directory.services.save(service(ORDERS))
  return directory
}

t.test('RFC 7591 section 2: what is left out has its default', async (t) => {
  const { clients } = await withOrders(t)
  const saved = await clients.save({
    id: 'app',
    secret: SECRET,
    redirectUris: ['https://a.example'],
  })
  t.strictSame(saved, {
    id: 'app',
    name: 'app',
    secrets: saved.secrets,
    redirectUris: ['https://a.example'],
    postLogoutRedirectUris: [],
    frontchannelSessionRequired: false,
    grantTypes: ['authorization_code', 'refresh_token'],
    authMethod: 'client_secret_basic',
    requirePkce: true,
    requirePushedRequests: false,
    requireSignedRequests: false,
    requireDpop: false,
    services: [],
    firstParty: false,
    tokenApi: false,
    mayImpersonate: false,
    signals: false,
    grants: [],
    idTokenAlg: 'RS256',
    introspectionAlg: 'RS256',
    subjectType: 'public',
    corsOrigins: [],
    contacts: [],
    createdAt: 1_700_000_000,
    disabled: false,
  })
})

const FULL: Members = {
  name: 'Full',
  postLogoutRedirectUris: ['https://app.example/'],
  backchannelLogoutUri: 'https://app.example/back',
  frontchannelLogoutUri: 'https://app.example/front',
  frontchannelSessionRequired: true,
  grantTypes: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
  authMethod: 'private_key_jwt',
  jwks: { keys: [EC] },
  assertionAlg: 'ES256',
  tlsClientName: { kind: 'san_dns', value: 'app.example' },
  requirePkce: false,
  requirePushedRequests: true,
  requireSignedRequests: true,
  requestObjectAlg: 'PS256',
  requireDpop: true,
  firstParty: true,
  tokenApi: true,
  mayImpersonate: true,
  signals: true,
  idTokenAlg: 'PS256',
  userinfoAlg: 'EdDSA',
  introspectionAlg: 'ES256',
  subjectType: 'pairwise',
  sectorHost: 'example',
  defaultMaxAge: 0,
  corsOrigins: ['https://app.example'],
  clientUri: 'https://app.example/',
  policyUri: 'https://app.example/policy',
  tosUri: 'https://app.example/terms',
  contacts: ['ada@app.example', 'Ada'],
  initiateLoginUri: 'https://app.example/sign-in',
  registrationTokenHash: 'A'.repeat(43),
  disabled: true,
}

t.test('every member is found as it was saved, and is gone when it is saved without', async (t) => {
  const { clients } = await withOrders(t)
  const full = client('full', FULL)
  t.strictSame(await clients.save(full), {
    ...full,
    secrets: [],
    services: [],
    grants: [],
    createdAt: 1_700_000_000,
  })
  t.match(
    await clients.save(
      client('at', { ...FULL, jwks: undefined, jwksUri: 'https://a.example/k' } as never),
    ),
    {
      jwksUri: 'https://a.example/k',
    },
  )
  const plain = await clients.save(client('full'))
  const { id: _, name: __, ...members } = await clients.save(client('plain'))
  t.match(plain, members)
  t.strictSame(Object.keys(plain).sort(), Object.keys({ ...members, id: '', name: '' }).sort())
})

t.test('metadata that may be registered', async (t) => {
  const { clients } = await withOrders(t)
  for (const [rule, members] of VALID_METADATA) {
    await t.resolves(clients.save(client('a', members)), rule)
  }
})

t.test('metadata that would work in no request, or in the wrong ones', async (t) => {
  const { clients } = await withOrders(t)
  for (const [rule, members, code, where] of INVALID_METADATA) {
    const refused = { name: 'InputError', code, where }
    await t.rejects(clients.save(client('a', members)), refused, rule)
  }
  t.strictSame(await clients.list(), [], 'none of them was saved halfway')
})

t.test('attack C4: no URI of a client can run in a browser or leave in the clear', async (t) => {
  const { clients } = await withOrders(t)
  const bad = [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'DATA:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'com.example.app:/cb',
    'http://app.example/x',
    'https://user@app.example/x',
    'https://app.example/x#y',
    'https://APP.example/x',
    '/x',
    '',
  ]
  for (const [member, code] of URI_MEMBERS) {
    for (const uri of bad) {
      const saving = clients.save(client('a', { [member]: uri }))
      await t.rejects(saving, { code, where: member }, `${member} ${uri}`)
    }
  }
})

t.test(
  'OpenID Connect Core section 8.1: the one host of the redirect URIs is the sector',
  async (t) => {
    const { clients } = await withOrders(t)
    const redirectUris = ['https://app.example/a', 'https://app.example:8443/b']
    const saved = await clients.save(client('a', { subjectType: 'pairwise', redirectUris }))
    t.equal(saved.sectorHost, 'app.example')
  },
)

t.test('no message repeats a key', async (t) => {
  const { clients } = await withOrders(t)
  const jwks = { keys: [{ ...EC, d: 'sesame' }] }
  const error = await clients.save(client('a', { jwks })).catch((e) => e)
  t.equal(error.code, 'jwk')
  t.notMatch(error.message, /sesame/)
})
