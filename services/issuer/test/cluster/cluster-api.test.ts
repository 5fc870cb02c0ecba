import t from 'tap'
import { readClusterFile } from '../../src/cluster/cluster-file.ts'
import { renderCluster } from '../../src/cluster/render-cluster.ts'
import { clusterCaller } from '../fixtures/cluster-caller.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from '../test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const admin = await clusterCaller(issuer, 'all', ['* /admin/v1/*'])
const FILE = 'cluster.yaml'
const SHOP = 'https://shop.example'

async function plan(cluster: object, file = FILE) {
  return await admin('POST', 'cluster/plan', { file, cluster })
}

async function apply(cluster: object, file = FILE) {
  const planned = await plan(cluster, file)
  const { digest = 'none' } = planned.json()
  return await admin('POST', 'cluster/apply', { file, cluster, digest })
}

/** What stands in the log since, as `kind value`. */
async function entriesSince(change: () => Promise<unknown>): Promise<string[]> {
  const { offset } = (await issuer.store.log.head(0)).position
  await change()
  const { entries } = await issuer.store.log.read(0, offset, 100)
  return entries.map(({ k, v }) => `${k} ${v}`)
}

const CLUSTER = {
  services: [{ audience: SHOP, name: 'Shop' }],
  roles: [{ name: 'clerk', grants: { [SHOP]: ['GET /items/*'] } }],
  groups: [
    { name: 'Night', parent: 'Sales', roles: ['clerk'] },
    {
      name: 'Sales',
      grants: { [SHOP]: [{ grant: 'POST /items', until: '2099-01-31T18:00:00Z' }] },
    },
  ],
  clients: [{ client_id: 'till', secret: SECRET, grant_types: ['client_credentials'] }],
  users: [{ username: 'grace', email: 'grace@example.org', groups: ['Night'], roles: ['clerk'] }],
}

t.test(
  'a plan tells what would change, in the words of the file, and changes nothing',
  async (t) => {
    const records = await directory.audit.list({ limit: 1 })
    const answer = await plan(CLUSTER)
    t.equal(answer.statusCode, 200)
    const { changes, adopted } = answer.json()
    t.strictSame(adopted, [])
    t.strictSame(
      changes.map(
        (one: { action: string; kind: string; name: string }) =>
          `${one.action} ${one.kind} ${one.name}`,
      ),
      [
        'create service https://shop.example',
        'create role clerk',
        'create group Night',
        'create group Sales',
        'create client till',
        'create user grace',
      ],
    )
    t.strictSame(changes[3].members, [
      { member: `grants.${SHOP}`, to: [{ grant: 'POST /items', until: '2099-01-31T18:00:00Z' }] },
    ])
    t.match(changes[4].members.at(-1), { member: 'secret', secret: true })
    t.notMatch(answer.body, SECRET, 'no secret in it')
    t.equal(await directory.services.find(SHOP), undefined)
    t.strictSame(await directory.audit.list({ limit: 1 }), records)
  },
)

t.test('an apply makes it so, and nothing is left to plan', async (t) => {
  const answer = await apply(CLUSTER)
  t.strictSame(
    [answer.statusCode, answer.json()],
    [200, { created: 6, updated: 0, removed: 0, unchanged: 0 }],
  )
  t.strictSame((await plan(CLUSTER)).json().changes, [])
  const sub = await issuer.sub('grace')
  t.strictSame((await directory.users.rightsAt(sub, SHOP)).routes, ['GET /items/*', 'POST /items'])
  const [record] = await directory.audit.list({ limit: 1, action: 'cluster.apply' })
  t.match(record, {
    actor: { sub: 'svc:all' },
    target: 'file cluster.yaml',
    detail: { changed: 6 },
  })
})

t.test('what the file owns is read-only elsewhere, but for emergencies', async (t) => {
  const sub = await issuer.sub('grace')
  for (const [method, path, body] of [
    ['PATCH', `users/${sub}`, { name: 'G' }],
    ['DELETE', `users/${sub}`, undefined],
    ['DELETE', 'roles/clerk', undefined],
    ['PUT', 'roles/clerk', { grants: [] }],
    ['PATCH', 'clients/till', { client_name: 'x' }],
    ['DELETE', `services/${encodeURIComponent(SHOP)}`, undefined],
  ] as const) {
    const answer = await admin(method, path, body)
    t.match([answer.statusCode, answer.json().code], [409, 'owned-by-file'], `${method} ${path}`)
    t.match(answer.json().expected, 'latchkey apply', 'and says what to do')
  }
  const disabled = await admin('POST', `users/${sub}/disable`)
  t.ok(disabled.statusCode < 300, 'disabled at three in the morning')
  t.strictSame(
    (await plan(CLUSTER)).json().changes,
    [],
    'and it stays so when the file says nothing',
  )
  await admin('POST', `users/${sub}/enable`)
  await directory.users.setPassword(sub, 'chosen by Grace')
  t.strictSame((await plan(CLUSTER)).json().changes, [], 'a password is nobody else’s')
})

t.test('whoever loses rights or is given up has stale or ended tokens', async (t) => {
  const sub = await issuer.sub('grace')
  const less = { ...CLUSTER, users: [{ ...CLUSTER.users[0], roles: [] }] }
  t.strictSame(await entriesSince(() => apply(less)), [`stale ${sub}`])
  t.strictSame(await entriesSince(() => apply({})), [
    `user ${sub}`,
    'client till',
    `service ${SHOP}`,
  ])
  t.match(await directory.users.find(sub), { disabled: true, roles: [], groups: [] })
  t.match(await directory.clients.find('till'), { disabled: true })
  t.match(await directory.services.find(SHOP), { disabled: true })
  t.equal(await directory.roles.find('clerk'), undefined)
  t.equal(await directory.groups.findByName('Sales'), undefined)
  t.match((await plan(CLUSTER)).json().changes, [
    { action: 'update', members: [{ member: 'disabled', from: true, to: false }] },
  ])
  await apply(CLUSTER)
  t.match(
    await directory.users.find(sub),
    { disabled: false, roles: ['clerk'] },
    'put back, and as before',
  )
  t.match(await directory.users.checkPassword('grace', 'chosen by Grace'), { kind: 'ok' })
})

t.test('an apply refuses a plan that is no longer the plan', async (t) => {
  const more = { ...CLUSTER, users: [...CLUSTER.users, { username: 'new' }] }
  const { digest } = (await plan(more)).json()
  await directory.users.create({ username: 'new', name: 'Somebody else' })
  const refused = await admin('POST', 'cluster/apply', { file: FILE, cluster: more, digest })
  t.match([refused.statusCode, refused.json().code], [409, 'plan-changed'])
  t.match(await directory.users.findByUsername('new'), { name: 'Somebody else' })

  const withSecret = (secret: string) => ({
    ...CLUSTER,
    clients: [...CLUSTER.clients, { ...CLUSTER.clients[0], client_id: 'safe', secret }],
  })
  const looked = (await plan(withSecret(SECRET))).json()
  const other = withSecret(`${SECRET}-other`)
  const late = await admin('POST', 'cluster/apply', {
    ...{ file: FILE, cluster: other, digest: looked.digest },
  })
  t.match([late.statusCode, late.json().code], [409, 'plan-changed'], 'nor with another secret')
  t.equal(await directory.clients.find('safe'), undefined)
})

t.test('an export is a file that plans to nothing, without secrets', async (t) => {
  const answer = await admin('GET', 'cluster/export')
  const text = renderCluster(answer.json())
  t.notMatch(text, SECRET)
  t.notMatch(text, /sha256:|argon2/)
  t.notMatch(text, `audience: ${ISSUER}\n`, 'nor what the issuer brings along')
  const { document } = readClusterFile({ text, name: FILE, folder: '/', env: {} })
  const ada = { id: await issuer.sub('ada'), externalId: '1' }
  await directory.provisioned.save({ kind: 'user', clientId: 'okta', ...ada })
  const { changes, adopted } = (await plan(document)).json()
  t.strictSame(changes, [])
  t.strictSame(
    adopted.find((one: { name: string }) => one.name === 'ada'),
    { kind: 'user', name: 'ada', provisioned_by: ['okta'] },
    'those that are there become the file’s',
  )
  const again = await admin('GET', 'cluster/export')
  t.equal(again.body, answer.body, 'always in the same order')
  t.notOk('users' in (await admin('GET', 'cluster/export?users=no')).json())
})

t.test('what is wrong is refused with its place and what was probably meant', async (t) => {
  const wrong: [
    rule: string,
    cluster: object,
    status: number,
    code: string,
    where: string,
    expected?: RegExp,
  ][] = [
    [
      'a misspelt role',
      { users: [{ username: 'x', roles: ['reder'] }] },
      400,
      'unknown-role',
      'users[0].roles[0]',
      /mean "reader"/,
    ],
    [
      'a misspelt group',
      { users: [{ username: 'x', groups: ['Sale'] }] },
      400,
      'unknown-group',
      'users[0].groups[0]',
      /mean "Sales"/,
    ],
    [
      'a misspelt member',
      { users: [{ username: 'x', emial: 'a@b' }] },
      400,
      'unknown-setting',
      'users[0]',
      /mean email/,
    ],
    [
      'a file of the issuer’s machine',
      { users: [{ username: 'x', password_file: '/etc/passwd' }] },
      400,
      'unknown-setting',
      'users[0]',
    ],
    [
      'a redirect URI',
      {
        clients: [
          {
            client_id: 'a',
            token_endpoint_auth_method: 'none',
            redirect_uris: ['http://a.example/'],
          },
        ],
      },
      400,
      'redirect-uri',
      'clients[0].redirect_uris[0]',
    ],
    [
      'somebody twice',
      { users: [{ username: 'x' }, { username: 'X' }] },
      400,
      'declared-twice',
      'users[1]',
    ],
    [
      'the issuer itself',
      { services: [{ audience: ISSUER }] },
      409,
      'built-in',
      'services[0].audience',
    ],
    ['a shipped role', { roles: [{ name: 'auditor', grants: {} }] }, 409, 'role-shipped', 'roles'],
    [
      'too many passwords',
      {
        users: Array.from({ length: 101 }, (_, n) => ({
          username: `p${n}`,
          password: 'long enough',
        })),
      },
      413,
      'cluster-too-large',
      'users',
    ],
  ]
  for (const [rule, cluster, status, code, where, expected = /./] of wrong) {
    const answer = await plan(cluster)
    t.match(
      { status: answer.statusCode, ...answer.json() },
      { status, code, where, expected },
      rule,
    )
  }
  const two = { users: [{ username: 'x', roles: ['reder'], groups: ['Sale'] }] }
  const { code, errors } = (await plan(two)).json()
  t.match(errors, [
    { code: 'unknown-role', received: '"reder"', expected: /mean/, where: 'users[0].roles[0]' },
    { code: 'unknown-group', where: 'users[0].groups[0]' },
  ])
  t.strictSame([code, errors.length], ['unknown-role', 2])
  t.notOk('errors' in (await plan({ users: [{ username: 'x', roles: ['reder'] }] })).json())
})

t.test('attack H3: only who may do everything in the admin API applies a file', async (t) => {
  const some = await clusterCaller(issuer, 'some', ['POST /admin/v1/cluster/*', 'GET /admin/v1/*'])
  const cluster = {
    clients: [
      {
        client_id: 'some',
        secret: SECRET,
        grant_types: ['client_credentials'],
        grants: { [ISSUER]: ['* /*'] },
      },
    ],
  }
  const planned = await some('POST', 'cluster/plan', { file: 'mine.yaml', cluster })
  t.equal(planned.statusCode, 200, 'a plan in a pull request needs no more')
  const { digest } = planned.json()
  const refused = await some('POST', 'cluster/apply', { file: 'mine.yaml', cluster, digest })
  t.match([refused.statusCode, refused.json().code], [403, 'insufficient_scope'])
  t.notMatch((await directory.clients.find('some'))?.grants, [{ grant: '* /*' }])
})

t.test('attack H2: an apply leaves an administrator', async (t) => {
  const file = 'admins.yaml'
  await apply({ users: [{ username: 'boss', roles: ['admin'] }] }, file)
  for (const cluster of [{}, { users: [{ username: 'boss' }] }]) {
    for (const ask of [plan, apply]) {
      const refused = await ask(cluster, file)
      t.match([refused.statusCode, refused.json().code], [409, 'last-admin'])
    }
  }
  t.match(await directory.users.findByUsername('boss'), { roles: ['admin'], disabled: false })
  const taken = await apply({ users: [{ username: 'grace', roles: ['admin'] }] }, 'other.yaml')
  t.equal(taken.statusCode, 200, 'another file takes over what it declares')
  t.match(await directory.owned.find('user', await issuer.sub('grace')), { file: 'other.yaml' })
})

t.test('a client whose service is declared after it, and changed in the same file', async (t) => {
  const file = 'order.yaml'
  const audience = 'https://late.example'
  const first = {
    clients: [
      {
        client_id: 'late',
        secret: SECRET,
        grant_types: ['client_credentials'],
        services: [audience, ORDERS],
      },
    ],
    services: [{ audience, clients: ['late'] }],
  }
  t.equal((await apply(first, file)).statusCode, 200)
  const renamed = {
    services: [{ audience: `${audience}/v2`, clients: ['late'] }],
    clients: [
      { client_id: 'late', grant_types: ['client_credentials'], services: [`${audience}/v2`] },
    ],
  }
  t.equal((await apply(renamed, file)).statusCode, 200)
  t.match(await directory.services.find(audience), { disabled: true, clients: [] })
  t.strictSame((await plan(renamed, file)).json().changes, [])
})
