import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer

/** A machine that may call these routes of the admin API. */
async function machine(id: string, grants: readonly string[]): Promise<Record<string, string>> {
  const found = await directory.clients.find('operator')
  if (!found) throw new Error('the operator is declared')
  const { secrets: _, ...client } = found
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
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
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
  'DELETE /admin/v1/users/:sub',
  'POST /admin/v1/clients/:id/enable',
  'POST /admin/v1/clients/:id/disable',
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
  const cases: [string, 'POST' | 'PUT' | 'DELETE', string, object | undefined, number][] = [
    ['a new administrator', 'POST', 'users', create('x1', ['admin']), 403],
    ['a new reader of orders', 'POST', 'users', create('x2', ['reader']), 201],
    ['a new person with less', 'POST', 'users', create('x3', ['lister']), 201],
    ["an administrator's password", 'PUT', `users/${admin}/password`, password, 403],
    ['the password of who holds a grant directly', 'PUT', `users/${ender}/password`, password, 403],
    ['the password of who may do less', 'PUT', `users/${lister}/password`, password, 204],
    ['an administrator, disabled', 'POST', `users/${admin}/disable`, undefined, 403],
    ['a disabled administrator’s password', 'PUT', `users/${off}/password`, password, 403],
    ['a disabled administrator, enabled', 'POST', `users/${off}/enable`, undefined, 403],
    ['an administrator, deleted', 'DELETE', `users/${admin}`, undefined, 403],
    ['a machine of operators, disabled', 'POST', 'clients/operator/disable', undefined, 403],
    ['a machine of operators, enabled', 'POST', 'clients/operator/enable', undefined, 403],
    ['an app without rights here, enabled', 'POST', 'clients/orders/enable', undefined, 204],
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
    { id: 'u_1' },
    { emailVerified: true },
    { profile: { admin: true } },
    { owned_by: 'latchkey.yaml' },
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
    t.strictSame((await recordsOf('user.password'))[0]?.detail, { mustChange: false })
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

t.test(
  'deleting a user: whatever is interrupted, nothing is made for them, and it can be asked for again',
  async (t) => {
    const { redeem, refresh } = tokenRequests(issuer)
    const { log } = issuer.store
    const { end } = log
    const { transaction } = directory
    const cases: [name: string, interrupt: () => void, isEnded: boolean][] = [
      [
        'before the end',
        () => Object.assign(log, { end: () => Promise.reject(new StoreUnavailable('gone')) }),
        false,
      ],
      [
        'between the end and the deletion',
        () => {
          let count = 0
          const once = (work: Parameters<typeof transaction>[0]) =>
            ++count === 1 ? transaction(work) : Promise.reject(new StoreUnavailable('gone'))
          Object.assign(directory, { transaction: once })
        },
        true,
      ],
    ]
    for (const [index, [name, interrupt, isEnded]] of cases.entries()) {
      await t.test(name, async (t) => {
        const username = `leaver${index}`
        await issuer.addPerson(username)
        const sub = await issuer.sub(username)
        const code = (await issuer.browser().signIn(username)).get('code') ?? ''
        const tokens = (await redeem(code)).json()
        interrupt()
        t.equal((await send(operator, 'DELETE', `users/${sub}`)).statusCode, 503)
        Object.assign(log, { end })
        Object.assign(directory, { transaction })

        t.equal((await directory.users.find(sub))?.disabled, true, 'still there to be asked for')
        t.notOk((await issuer.browser().signIn(username)).has('code'), 'but nobody who signs in')
        const isActive = async () =>
          (await issuer.post('/introspect', { token: tokens.access_token }, 'support')).json()
            .active
        t.equal(await isActive(), !isEnded)
        t.equal((await refresh(tokens.refresh_token)).json().error, 'invalid_grant')
        t.equal((await send(operator, 'DELETE', `users/${sub}`)).statusCode, 204)
        t.equal(await directory.users.find(sub), undefined)
        t.equal(await isActive(), false)
        t.equal((await send(operator, 'DELETE', `users/${sub}`)).statusCode, 404)
        const records = await directory.audit.list({ limit: 9, target: `user ${sub}` })
        t.match(records[0], { action: 'user.delete', detail: { username } })
      })
    }
    t.test('who is let in again in the middle is not deleted', async (t) => {
      await issuer.addPerson('stayer')
      const sub = await issuer.sub('stayer')
      Object.assign(log, {
        end: async (...given: Parameters<typeof end>) => {
          await directory.users.setDisabled(sub, false)
          return await end(...given)
        },
      })
      const answer = await send(operator, 'DELETE', `users/${sub}`)
      Object.assign(log, { end })
      t.strictSame([answer.statusCode, answer.json().code], [409, 'user-enabled'])
      t.ok(await directory.users.find(sub))
    })
  },
)

t.test('apps and services are disabled by their names, but not what one asks with', async (t) => {
  const path = (audience: string, action: string) =>
    `services/${encodeURIComponent(audience)}/${action}`
  const long = `https://${'a'.repeat(200)}.example/${'b'.repeat(39)}`
  const facts = { name: 'Long', alg: 'HS256', keyGeneration: 1, clients: [] } as const
  const rest = { accessTokenSeconds: 300, statusList: false, disabled: false }
  await directory.services.save({ audience: long, ...facts, ...rest })
  const cases: [path: string, status: number, error: string | undefined][] = [
    ['clients/all/disable', 400, 'client-own'],
    ['clients/nobody/disable', 404, 'unknown-client'],
    ['clients/reports/disable', 204, undefined],
    [path(ISSUER, 'disable'), 400, 'service-own'],
    [path('https://nobody.example', 'disable'), 404, 'unknown-service'],
    [path(long, 'disable'), 204, undefined],
    [path(ORDERS, 'disable'), 204, undefined],
  ]
  for (const [asked, status, error] of cases) {
    const answer = await send(operator, 'POST', asked)
    t.equal(answer.statusCode, status, asked)
    if (error !== undefined) t.equal(answer.json().code, error)
  }
  const { tokensOf } = tokenRequests(issuer)
  const machine = () => issuer.post('/token', { grant_type: 'client_credentials' }, 'reports')
  t.strictSame(
    [(await machine()).statusCode, (await machine()).json().error],
    [401, 'invalid_client'],
  )
  await send(operator, 'POST', 'clients/reports/enable')
  t.equal((await machine()).json().error, 'invalid_target', 'for a service in quarantine')
  t.equal((await tokensOf()).access_token, undefined)
  await send(operator, 'POST', path(ORDERS, 'enable'))
  t.equal((await machine()).statusCode, 200)
  t.match(await directory.audit.list({ limit: 1, action: 'service.enable' }), [
    {
      target: `service ${ORDERS}`,
      detail: { before: { disabled: true }, after: { disabled: false } },
    },
  ])
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
      'querystring/limit must match pattern "^([1-9]|[1-9]\\d|[1-4]\\d\\d|500)$"',
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
  for (const [method, path, payload, detail] of cases) {
    const answer = await send(operator, method, path, payload)
    t.equal(answer.statusCode, 400, path)
    const { code, where, expected, detail: told } = answer.json()
    t.strictSame([code, told, told], ['invalid_request', detail, `${where} ${expected}`])
  }
})
