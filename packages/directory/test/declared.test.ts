import t from 'tap'
import { applyDeclared, type DeclaredDirectory, hashClientSecret } from '../src/index.ts'
import { hashText } from '../src/passwords/argon2.ts'
import { DECLARED, INVALID_DECLARATIONS, SECRET } from './fixtures/declarations.ts'
import {
  CHEAP,
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  race,
  seededRandom,
  sharedDirectories,
} from './fixtures/open-directory.ts'

const AT = { now: 1_700_000_100 }
const NOTHING = {
  created: [],
  updated: [],
  removed: [],
  stale: [],
  disabled: { users: [], clients: [], services: [] },
}

async function applied(
  t: Parameters<typeof memoryDirectory>[0],
  declared: DeclaredDirectory = DECLARED,
) {
  const directory = await memoryDirectory(t)
  const summary = await applyDeclared(directory, declared, AT)
  const subOf = async (username: string) =>
    (await directory.users.findByUsername(username))?.sub ?? 'missing'
  return { directory, summary, subOf }
}

t.test('a declaration is brought into an empty directory', async (t) => {
  const { directory, summary, subOf } = await applied(t)
  t.strictSame(summary, {
    ...NOTHING,
    created: [
      `service ${ORDERS}`,
      `service ${REPORTS}`,
      'role reader',
      'role admin',
      'client orders-web',
      'client reports',
      'client phone',
      'user Ada',
      'user bob',
    ],
    unchanged: [],
  })
  t.strictSame(await directory.services.find(REPORTS), {
    audience: REPORTS,
    name: REPORTS,
    alg: 'ES256',
    keyGeneration: 1,
    keys: [{ generation: 1, state: 'active', since: 1_700_000_000 }],
    clients: ['reports'],
    accessTokenSeconds: 60,
    statusList: false,
    disabled: false,
    catalogue: { length: 0, hash: '' },
  })
  t.strictSame(await directory.clients.find('orders-web'), {
    id: 'orders-web',
    name: 'orders-web',
    secrets: [{ id: 1, hash: hashClientSecret(SECRET), createdAt: 1_700_000_000 }],
    redirectUris: ['http://a.localhost:4001/callback'],
    postLogoutRedirectUris: [],
    grantTypes: ['authorization_code', 'refresh_token'],
    authMethod: 'client_secret_basic',
    requirePkce: true,
    services: [ORDERS, REPORTS],
    firstParty: true,
    grants: [],
    idTokenAlg: 'RS256',
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
  t.strictSame(await directory.clients.rightsAt('reports', ORDERS), { routes: ['GET /orders'] })
  t.match(await directory.users.checkPassword('ada', 'correct horse'), { kind: 'ok' })
  t.match(await directory.users.checkPassword('bob', ''), { why: 'no_password' })
  t.strictSame(await directory.users.rightsAt(await subOf('ada'), REPORTS), {
    routes: ['* /*', 'GET /reports/*'],
  })
})

t.test('the same declaration again changes nothing and writes nothing', async (t) => {
  const { directory, summary } = await applied(t)
  const records = await directory.audit.list({ limit: 100 })
  t.strictSame(await applyDeclared(directory, DECLARED, AT), {
    ...NOTHING,
    unchanged: summary.created,
  })
  t.strictSame(await directory.audit.list({ limit: 100 }), records)
  t.strictSame(await applyDeclared(directory, {}, AT), { ...NOTHING, unchanged: [] })
  t.equal((await directory.clients.list()).length, 3, 'what is not declared stays')
})

t.test('what changes is in the audit log, without secrets', async (t) => {
  const { directory, subOf } = await applied(t)
  const records = await directory.audit.list({ limit: 100 })
  t.equal(records.length, 9)
  t.match(records[0], {
    at: AT.now,
    actor: { sub: 'issuer' },
    action: 'user.create',
    target: `user ${await subOf('bob')}`,
    reason: 'declared',
    detail: { name: 'bob', changed: ['name', 'email', 'grants'] },
  })
  const ada = records.find(({ detail }) => detail['name'] === 'Ada')
  t.strictSame(ada?.detail['changed'], ['locale', 'roles', 'password'])
  t.notMatch(JSON.stringify(records), /correct horse|argon2|a-client-secret|sha256/)

  const clients = [{ ...DECLARED.clients[0], secret: `${SECRET}2` }]
  await applyDeclared(directory, { clients }, AT)
  t.match(await directory.audit.list({ limit: 1 }), [
    { action: 'client.update', target: 'client orders-web', detail: { changed: ['secrets'] } },
  ])
})

t.test('services, roles and clients are replaced by what is declared', async (t) => {
  const { directory } = await applied(t)
  await directory.serviceKeys.prepare(ORDERS, 1)
  await directory.serviceKeys.promote(ORDERS, 2, 1)
  await directory.clients.save({
    id: 'phone',
    name: 'Phone',
    redirectUris: ['https://elsewhere.example/cb'],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: 'https://elsewhere.example/logout',
    grantTypes: ['authorization_code'],
    authMethod: 'none',
    requirePkce: true,
    services: [],
    firstParty: false,
    grants: [],
    idTokenAlg: 'RS256',
    disabled: false,
  })
  const { updated } = await applyDeclared(
    directory,
    { ...DECLARED, services: [{ audience: ORDERS }], roles: [{ name: 'reader' }] },
    AT,
  )
  t.strictSame(updated, [`service ${ORDERS}`, 'role reader', 'client phone'])
  t.match(await directory.services.find(ORDERS), { name: ORDERS, clients: [], keyGeneration: 2 })
  t.strictSame(await directory.roles.find('reader'), {
    name: 'reader',
    description: '',
    grants: [],
  })
  const phone = await directory.clients.find('phone')
  t.strictSame(phone?.redirectUris, ['com.example.app:/cb'])
  t.notOk(phone && 'backchannelLogoutUri' in phone)
})

t.test('of a user only what is given changes', async (t) => {
  const { directory, subOf } = await applied(t)
  const [ada, bob] = [await subOf('ada'), await subOf('bob')]
  await directory.users.update(ada, { name: 'Ada L.', email: 'ada@example.org' })
  await directory.users.update(bob, { roles: ['reader'], emailVerified: true })
  const { unchanged } = await applyDeclared(directory, DECLARED, AT)
  t.ok(unchanged.includes('user Ada') && unchanged.includes('user bob'))
  t.match(await directory.users.find(ada), { name: 'Ada L.', email: 'ada@example.org' })
  t.match(await directory.users.find(bob), { roles: ['reader'], emailVerified: true })

  await directory.users.update(bob, { name: 'Robert' })
  const users = [{ ...DECLARED.users[1], roles: [] }]
  const { updated, stale } = await applyDeclared(directory, { users }, AT)
  t.strictSame([updated, stale], [['user bob'], [bob]])
  t.match(await directory.users.find(bob), { name: 'Bob', roles: [], emailVerified: true })
})

t.test('a declared password is the first one, and never again the password', async (t) => {
  const { directory, subOf } = await applied(t)
  const ada = await subOf('ada')
  await directory.users.setPassword(ada, 'chosen by Ada')
  const users = [{ username: 'ada', password: 'from the file' }]
  const { unchanged } = await applyDeclared(directory, { users }, AT)
  t.strictSame(unchanged, ['user ada'])
  t.match(await directory.users.checkPassword('ada', 'chosen by Ada'), { kind: 'ok' })
  t.match(await directory.users.checkPassword('ada', 'from the file'), { kind: 'refused' })

  const hash = await hashText('from elsewhere', CHEAP.cost, seededRandom('hash'))
  const { updated } = await applyDeclared(
    directory,
    { users: [{ username: 'bob', passwordHash: hash }] },
    AT,
  )
  t.strictSame(updated, ['user bob'], 'who has none gets it later too')
  t.match(await directory.users.checkPassword('bob', 'from elsewhere'), { kind: 'ok' })
})

t.test('disabled is set when declared and left alone when not', async (t) => {
  const { directory, subOf } = await applied(t)
  const bob = await subOf('bob')
  const off = { disabled: true }
  const declared = {
    services: [{ ...DECLARED.services[0], ...off }],
    clients: [{ ...DECLARED.clients[2], ...off }],
    users: [{ ...DECLARED.users[1], ...off }],
  }
  const first = await applyDeclared(directory, declared, AT)
  t.strictSame(first.disabled, { users: [bob], clients: ['phone'], services: [ORDERS] })
  const again = await applyDeclared(directory, declared, AT)
  t.strictSame(again.disabled, NOTHING.disabled, 'what was disabled before is not disabled again')

  const { updated } = await applyDeclared(directory, DECLARED, AT)
  t.strictSame(updated, [])
  t.equal((await directory.users.find(bob))?.disabled, true)
  t.equal((await directory.clients.find('phone'))?.disabled, true)

  const on = { users: [{ username: 'bob', disabled: false }] }
  t.strictSame((await applyDeclared(directory, on, AT)).updated, ['user bob'])
  t.equal((await directory.users.find(bob))?.disabled, false)

  const born = await applyDeclared(directory, { users: [{ username: 'eve', ...off }] }, AT)
  t.strictSame([born.created, born.disabled.users], [['user eve'], []], 'nothing of hers to end')
  t.equal((await directory.users.findByUsername('eve'))?.disabled, true)
})

t.test('whose permissions changed', async (t) => {
  const { directory, subOf } = await applied(t)
  const [ada, bob] = [await subOf('ada'), await subOf('bob')]
  const [orders, reports] = [DECLARED.clients[0], DECLARED.clients[1]]
  const cases: [string, DeclaredDirectory, string[]][] = [
    ['a role: those who have it', { roles: [{ name: 'reader' }] }, [ada]],
    ['a role description: nobody', { roles: [{ name: 'reader', description: 'x' }] }, []],
    [
      'a role that nobody has: nobody',
      { roles: [{ name: 'new', grants: { [ORDERS]: ['GET /'] } }] },
      [],
    ],
    ['a user who gets a role', { users: [{ username: 'bob', roles: ['reader'] }] }, [bob]],
    ['a user who loses a grant', { users: [{ username: 'bob', grants: {} }] }, [bob]],
    ['a user with another name: nobody', { users: [{ username: 'bob', name: 'B' }] }, []],
    ['a new user: nobody', { users: [{ username: 'eve', roles: ['admin'] }] }, []],
    [
      'a machine with other grants',
      { clients: [{ ...reports, grants: { [ORDERS]: ['POST /orders'] } }] },
      ['svc:reports'],
    ],
    [
      'a service withdrawn from a client: its audience',
      { clients: [{ ...orders, services: [ORDERS] }] },
      [REPORTS],
    ],
  ]
  for (const [rule, declared, stale] of cases) {
    t.strictSame((await applyDeclared(directory, declared, AT)).stale, stale, rule)
  }
})

t.test(
  'a role that more than 100 have makes an audience stale instead of each of them',
  async (t) => {
    const { directory } = await applied(t)
    const grants = (text: string) => ({ [REPORTS]: [text] })
    for (let count = 0; count < 99; count++) {
      await directory.users.create({ username: `user ${count}`, roles: ['reader'] })
    }
    const few = await applyDeclared(
      directory,
      { roles: [{ name: 'reader', grants: grants('GET /a') }] },
      AT,
    )
    t.equal(few.stale.length, 100)
    await directory.users.create({ username: 'one more', roles: ['reader'] })
    const many = await applyDeclared(
      directory,
      { roles: [{ name: 'reader', grants: grants('GET /b') }] },
      AT,
    )
    t.strictSame(many.stale, [REPORTS])
  },
)

t.test('attack F18: more than 100 who lose what a parent gave have stale tokens', async (t) => {
  const shop = { name: 'Shop', parent: 'Company' }
  const company = { name: 'Company', grants: { [REPORTS]: ['GET /all'] } }
  const rows: [rule: string, groups: object[]][] = [
    ['a group leaves a parent that loses its grants', [{ name: 'Company' }, { name: 'Shop' }]],
    ['a group leaves a parent that goes', [{ name: 'Shop' }]],
    ['a group goes, and its parent stays', [company]],
    ['both go', []],
  ]
  for (const [rule, groups] of rows) {
    const directory = await memoryDirectory(t)
    const options = { ...AT, file: 'latchkey.yaml', givesUp: true }
    const services = [{ audience: REPORTS }]
    await applyDeclared(directory, { services, groups: [company, shop] }, options)
    const id = (await directory.groups.findByName('shop'))?.id ?? ''
    for (let count = 0; count < 101; count++) {
      await directory.users.create({ username: `user ${count}`, groups: [id] })
    }
    const { stale } = await applyDeclared(
      directory,
      { services, groups: groups as (typeof shop)[] },
      options,
    )
    t.strictSame(stale, [REPORTS], rule)
  }
})

t.test('what is wrong is refused with its place, and nothing of the rest is kept', async (t) => {
  const directory = await memoryDirectory(t)
  for (const [rule, declared, code, where, message] of INVALID_DECLARATIONS) {
    const refused = { name: 'InputError', code, where, ...(message ? { message } : {}) }
    await t.rejects(applyDeclared(directory, declared, AT), refused, rule)
  }
  t.strictSame(await directory.services.list(), [])
  t.strictSame(await directory.clients.list(), [])
  t.strictSame(await directory.users.list({ limit: 9 }), [])
  t.strictSame(await directory.audit.list({ limit: 9 }), [])
})

t.test('issuers that start together with one file create everything once', async (t) => {
  const directories = await sharedDirectories(t, 5)
  const { won, lost } = await race(
    Array.from({ length: 10 }, (_, index) =>
      applyDeclared(oneOf(directories, index), DECLARED, AT),
    ),
  )
  t.strictSame(lost, [])
  t.strictSame(
    won.map(({ created }) => created.length).toSorted((a, b) => b - a),
    [9, ...Array(9).fill(0)],
  )
  const { audit, users } = oneOf(directories, 0)
  t.equal((await audit.list({ limit: 100 })).length, 9)
  t.match(await users.checkPassword('ada', 'correct horse'), { kind: 'ok' })
})
