import { readFileSync } from 'node:fs'
import t from 'tap'
import { routeList } from './fixtures/route-list.ts'
import { ISSUER, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer

/** A machine that may call these routes of the admin API. */
async function machine(id: string, grants: readonly string[]): Promise<Record<string, string>> {
  const found = await directory.clients.find('operator')
  if (!found) throw new Error('the operator is declared')
  const { secretHash: _, ...client } = found
  await directory.clients.save({
    ...client,
    id,
    secret: SECRET,
    grants: grants.map((grant) => ({ audience: ISSUER, grant })),
  })
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, id)
  return { authorization: `Bearer ${answer.json().access_token}` }
}

async function send(
  headers: Record<string, string>,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  payload?: object,
) {
  const url = `/admin/v1/${path}`
  return await issuer.app.inject({ method, url, headers, ...(payload && { payload }) })
}

const ALL = ['* /admin/v1/*']
const HELPDESK = [
  'GET /admin/v1/users',
  'POST /admin/v1/users',
  'PUT /admin/v1/users/:sub/password',
  'POST /admin/v1/users/:sub/disable',
  'POST /admin/v1/users/:sub/enable',
]
const [operator, helpdesk] = [await machine('all', ALL), await machine('helpdesk', HELPDESK)]
const grant = (text: string) => ({ audience: ISSUER, grant: text })
await directory.roles.save({
  name: 'lister',
  description: '',
  grants: [grant('GET /admin/v1/users')],
})

t.test('attack H1: a narrow grant opens its route and no other', async (t) => {
  const sub = await issuer.sub('ada')
  const cases: ['GET' | 'POST' | 'PUT', string, number][] = [
    ['GET', 'users', 200],
    ['GET', `users/${sub}`, 403],
    ['GET', `users/${sub}/sessions`, 403],
    ['GET', 'verifiers', 403],
    ['POST', 'ends', 403],
    ['POST', `users/${sub}/enable`, 204],
  ]
  for (const [method, path, status] of cases) {
    t.equal((await send(helpdesk, method, path)).statusCode, status, `${method} ${path}`)
  }
})

t.test('attack H3: nobody gives away, or takes over, more rights than their own', async (t) => {
  const admin = (await directory.users.create({ username: 'root', roles: ['admin'] })).sub
  const lister = (await directory.users.create({ username: 'lister', roles: ['lister'] })).sub
  const grants = [grant('POST /admin/v1/ends')]
  const ender = (await directory.users.create({ username: 'ender', grants })).sub
  const off = (await directory.users.create({ username: 'off', roles: ['admin'] })).sub
  await directory.users.setDisabled(off, true)
  const password = { password: 'another-password' }
  const create = (username: string, roles: string[]) => ({ username, roles, ...password })
  const cases: [string, 'POST' | 'PUT', string, object | undefined, number][] = [
    ['a new administrator', 'POST', 'users', create('x1', ['admin']), 403],
    ['a new reader of orders', 'POST', 'users', create('x2', ['reader']), 201],
    ['a new person with less', 'POST', 'users', create('x3', ['lister']), 201],
    ["an administrator's password", 'PUT', `users/${admin}/password`, password, 403],
    ['the password of who holds a grant directly', 'PUT', `users/${ender}/password`, password, 403],
    ['the password of who may do less', 'PUT', `users/${lister}/password`, password, 204],
    ['an administrator, disabled', 'POST', `users/${admin}/disable`, undefined, 403],
    ['a disabled administrator’s password', 'PUT', `users/${off}/password`, password, 403],
    ['a disabled administrator, enabled', 'POST', `users/${off}/enable`, undefined, 403],
  ]
  for (const [name, method, path, payload, status] of cases) {
    t.test(`${name}: ${status}`, async (t) => {
      const answer = await send(helpdesk, method, path, payload)
      t.equal(answer.statusCode, status)
      if (status === 403) t.match(answer.headers['www-authenticate'], 'error="insufficient_scope"')
    })
  }
  t.test('what was refused has left nothing', async (t) => {
    t.equal(await directory.users.findByUsername('x1'), undefined)
    t.equal((await directory.users.find(admin))?.disabled, false)
    t.equal((await directory.users.find(admin))?.passwordChangedAt, undefined)
    t.strictSame(await directory.audit.list({ limit: 9, target: `user ${admin}` }), [])
  })
  t.test('who may do everything may do it to everybody', async (t) => {
    t.equal((await send(operator, 'PUT', `users/${admin}/password`, password)).statusCode, 204)
    t.equal((await send(operator, 'POST', 'users', create('x4', ['admin']))).statusCode, 201)
  })
})

t.test('attack H3: members that nobody asked for are refused', async (t) => {
  for (const more of [
    { sub: 'u_1' },
    { disabled: false },
    { grants: [] },
    { emailVerified: true },
  ]) {
    const answer = await send(operator, 'POST', 'users', { username: 'mass', ...more })
    t.equal(answer.statusCode, 400, JSON.stringify(more))
  }
  t.equal(await directory.users.findByUsername('mass'), undefined)
})

t.test('a change and its record happen together', async (t) => {
  const sub = await issuer.sub('bob')
  const recordsOf = async (action: string) =>
    await directory.audit.list({ limit: 9, action, target: `user ${sub}` })
  t.test('the record says who, what it was and what it is, and no password', async (t) => {
    await send(operator, 'POST', `users/${sub}/disable`)
    t.match(await recordsOf('user.disable'), [
      {
        actor: { sub: 'svc:all', clientId: 'all' },
        detail: { before: { disabled: false }, after: { disabled: true } },
      },
    ])
    await send(operator, 'POST', `users/${sub}/enable`)
    await send(operator, 'PUT', `users/${sub}/password`, { password: 'a-long-password' })
    t.strictSame((await recordsOf('user.password'))[0]?.detail, {})
    const answer = await send(operator, 'POST', 'users', { username: 'new', roles: ['reader'] })
    const target = `user ${answer.json().sub}`
    const [record] = await directory.audit.list({ limit: 1, target })
    t.match(record, { action: 'user.create', detail: { username: 'new', roles: 'reader' } })
  })
  t.test('what cannot be recorded does not happen', async (t) => {
    const { transaction } = directory
    Object.assign(directory, {
      transaction: (work: Parameters<typeof transaction>[0]) =>
        transaction((inside) =>
          work({
            ...inside,
            audit: { ...inside.audit, append: () => Promise.reject(new Error('a full disk')) },
          }),
        ),
    })
    t.equal((await send(operator, 'POST', `users/${sub}/disable`)).statusCode, 500)
    t.equal((await send(operator, 'POST', 'users', { username: 'lost' })).statusCode, 500)
    Object.assign(directory, { transaction })
    t.equal((await directory.users.find(sub))?.disabled, false)
    t.equal(await directory.users.findByUsername('lost'), undefined)
  })
})

t.test('what a schema refuses is told with its place, and without values', async (t) => {
  const cases: ['GET' | 'POST', string, object | undefined, string][] = [
    [
      'GET',
      'users?username=ada',
      undefined,
      'querystring must NOT have additional properties username',
    ],
    [
      'GET',
      'users?limit=all',
      undefined,
      "querystring/limit must match pattern '^[1-9][0-9]{0,2}$'",
    ],
    ['POST', 'users', { name: 'Ada' }, "body must have required property 'username'"],
    [
      'POST',
      'users',
      { username: 'ada', 'pass word': 'x' },
      'body must NOT have additional properties',
    ],
    ['POST', 'users', { username: ['ada'] }, 'body/username must be string'],
    ['POST', 'registration-tokens', { uses: 0 }, 'body/uses must be >= 1'],
  ]
  for (const [method, path, payload, error_description] of cases) {
    const answer = await send(operator, method, path, payload)
    t.equal(answer.statusCode, 400, path)
    t.strictSame(answer.json(), { error: 'invalid_request', error_description })
  }
})

t.test('the README names every route of the admin API, and no other', async (t) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const named = [...readme.matchAll(/^\| `([A-Z]+ \/admin\/v1\/\S+)` \|/gm)].map(
    ([, route]) => route,
  )
  const routes = routeList(issuer.app)
    .filter(({ url }) => url.startsWith('/admin/v1/'))
    .flatMap(({ url, methods }) => methods.map((method) => `${method} ${url}`))
    .filter((route) => !/^(HEAD|OPTIONS) /.test(route))
  t.ok(routes.length > 10)
  t.strictSame(named.toSorted(), routes.toSorted())
})
