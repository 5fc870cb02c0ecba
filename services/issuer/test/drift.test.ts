import type { RouteDeclaration } from '@latchkey/protocol'
import t from 'tap'
import { driftBetween } from '../src/rights/drift.ts'
import { driftOf, livingCatalogue } from '../src/rights/drift-of.ts'
import { ISSUER, ORDERS, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { services, roles, users, groups } = issuer.directory

const declared = (text: string, isPublic = false): RouteDeclaration => {
  const [method = '', pattern = ''] = text.split(' ')
  return { method, pattern, public: isPublic }
}
/** Exactly what the roles of the test grant at Orders, and a page for everybody. */
const AGREED = [declared('GET /orders'), declared('GET /orders/:id'), declared('GET /about', true)]
const READER = { holders: [{ kind: 'role', id: 'reader' }] }
const BOTH = { holders: [{ kind: 'client', id: 'reports' }, ...READER.holders] }
let living: string[] = []
const known = {
  all: async () => ({
    complete: true,
    verifiers: living.map((version) => ({
      ...{ instance: version, audience: ORDERS, clientId: 'orders', process: 'p' },
      ...{ connectedAt: 0, applied: [], kids: [], version },
    })),
  }),
}
/** What is found once this is the only version that lives. */
async function driftAfter(routes: readonly RouteDeclaration[]) {
  const { version } = await services.publishRoutes(ORDERS, routes)
  living = [version]
  return await driftOf(ORDERS, { services, known })
}
const NONE = { unreachable: [], gone: [], undeclared: [], duplicates: [] }

t.test('routes and grants that agree have no drift', async (t) => {
  t.strictSame(await driftAfter(AGREED), { routes: 3, ...NONE })
})

t.test('drift is found after a change of the routes, and what was meant is named', async (t) => {
  const without = (text: string) => AGREED.filter(({ pattern }) => text !== pattern)
  const rows = [
    [
      'renamed',
      [...without('/orders/:id'), declared('GET /order/:id')],
      {
        unreachable: [{ route: 'GET /order/:id', holders: [] }],
        gone: [{ grant: 'GET /orders/:id', ...READER, wasRoute: true, nearest: 'GET /order/:id' }],
      },
    ],
    [
      'another method',
      [...without('/orders'), declared('QUERY /orders')],
      {
        unreachable: [{ route: 'QUERY /orders', holders: [] }],
        gone: [{ grant: 'GET /orders', ...BOTH, wasRoute: true, nearest: 'QUERY /orders' }],
      },
    ],
    [
      'another name of a parameter is no other route',
      [...without('/orders/:id'), declared('GET /orders/:number')],
      {},
    ],
    [
      'removed, and nothing like it is left',
      [declared('GET /orders'), declared('GET /about', true)],
      { gone: [{ grant: 'GET /orders/:id', ...READER, wasRoute: true }] },
    ],
    [
      'added without a grant',
      [...AGREED, declared('DELETE /orders/:id')],
      { unreachable: [{ route: 'DELETE /orders/:id', holders: [] }] },
    ],
    ['added for everybody', [...AGREED, declared('GET /imprint', true)], {}],
    [
      'added without a word about who may call it',
      [...AGREED, { method: 'GET', pattern: '/debug' }],
      { unreachable: [{ route: 'GET /debug', holders: [] }], undeclared: ['GET /debug'] },
    ],
    [
      'a second route of the same shape',
      [...AGREED, declared('GET /orders/:order')],
      { duplicates: [['GET /orders/:id', 'GET /orders/:order']] },
    ],
  ] as const
  for (const [name, routes, found] of rows) {
    t.strictSame(await driftAfter(routes), { routes: routes.length, ...NONE, ...found }, name)
  }
})

t.test('drift is found after a change of the grants, too', async (t) => {
  const at = (...grants: string[]) => grants.map((grant) => ({ audience: ORDERS, grant }))
  await driftAfter([...AGREED, declared('PUT /orders/:id')])
  await roles.save({ name: 'writer', description: '', grants: at('PUT /orders/*', 'PUT /odrers') })
  const writer = { kind: 'role', id: 'writer' }
  const found = async () => driftOf(ORDERS, { services, known })
  t.match(await found(), {
    unreachable: [{ route: 'PUT /orders/:id', holders: [writer] }],
    gone: [{ grant: 'PUT /odrers', holders: [writer], wasRoute: false, nearest: 'GET /orders' }],
  })
  const team = await groups.create({ name: 'Team', roles: ['writer'] })
  t.match((await found()).unreachable, [{ holders: [writer] }], 'a group of nobody')
  await groups.addMembers(team.id, [await issuer.sub('eve')])
  t.match((await found()).unreachable, [{ holders: [writer] }], 'a disabled user is nobody')
  await groups.addMembers(team.id, [await issuer.sub('bob')])
  t.strictSame((await found()).unreachable, [])
  await users.update(await issuer.sub('ada'), { grants: at('GET /nowhere') })
  t.match((await found()).gone[0], { grant: 'GET /nowhere', holders: [{ kind: 'users' }] })
})

t.test('attack H13: a report about long patterns and many grants holds up nobody', async (t) => {
  const long = `/${'abcdefghij'.repeat(20)}`
  const catalogue = Array.from({ length: 4000 }, (_, number) => {
    return { number, current: true, ...declared(`GET /resource${number}${long}`) }
  })
  const grants = catalogue.flatMap(({ pattern }) => {
    const holder = { kind: 'role', id: 'r' } as const
    const unheld = { grant: `GET ${pattern}`, holder, isHeld: false }
    return [{ grant: `GET /re${pattern.slice(3)}/x`, holder, isHeld: true }, unheld]
  })
  const begun = performance.now()
  const { unreachable, gone } = driftBetween(catalogue, grants)
  // Looking for the nearest route of fifty grants took minutes here, and verifiers wait five seconds for a lease.
  t.ok(performance.now() - begun < 2500)
  t.equal(unreachable.length, 4000)
  t.ok(unreachable.every(({ holders }) => holders.length === 1))
  t.equal(gone.length, 4000)
})

t.test('while two versions live, the routes of both count', async (t) => {
  const one = await services.publishRoutes(ORDERS, AGREED)
  const two = await services.publishRoutes(ORDERS, [declared('GET /v2')])
  const current = async () =>
    (await livingCatalogue(ORDERS, { services, known }))
      .filter((route) => route.current)
      .map(({ pattern }) => pattern)
  living = [one.version, two.version]
  t.strictSame((await current()).toSorted(), ['/about', '/orders', '/orders/:id', '/v2'])
  living = [one.version]
  t.notOk((await current()).includes('/v2'))
  living = []
  t.strictSame(await current(), ['/v2'], 'while none lives, the latest')
})

t.test('the issuer has a catalogue of its own', async (t) => {
  const own = await services.catalogue(ISSUER)
  const texts = own.map(({ method, pattern }) => `${method} ${pattern}`)
  for (const route of [
    'GET /admin/v1/users',
    'POST /introspect',
    'POST /global-token-revocation',
  ]) {
    t.ok(texts.includes(route), route)
  }
  t.ok(own.every((route) => route.current && route.public === false))
  t.notOk(texts.some((text) => text.startsWith('HEAD') || text.endsWith('/token')))
  const { unreachable } = await driftOf(ISSUER, { services, known })
  const open = unreachable.filter(({ route }) => route.includes('/admin/v1/'))
  t.strictSame(open, [], 'the operator of the test may call all of them')
})

t.test('the admin API tells catalogue and drift', async (t) => {
  const machine = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${machine.json().access_token}` }
  const ask = async (audience: string, what: string) =>
    await issuer.app.inject({
      url: `/admin/v1/services/${encodeURIComponent(audience)}/${what}`,
      headers,
    })
  await services.publishRoutes(ORDERS, [...AGREED, declared('DELETE /orders/:id')])
  const first = (await ask(ORDERS, 'catalogue?limit=2')).json()
  t.match(first.routes, [{ number: 0 }, { number: 1 }])
  t.equal(first.hash, (await services.find(ORDERS))?.catalogue.hash)
  const second = (await ask(ORDERS, `catalogue?limit=2&after=${first.next}`)).json()
  t.match(second.routes, [{ number: 2 }, { number: 3 }])
  const drift = await ask(ORDERS, 'drift')
  t.match(drift.json(), {
    routes: 4,
    counts: { unreachable: 1 },
    unreachable: [{ route: 'DELETE /orders/:id' }],
    gone: [{ grant: 'GET /nowhere', holders: [{ kind: 'users' }], was_route: false }],
  })
  for (const what of ['catalogue', 'drift']) {
    t.equal((await ask('https://nobody.example', what)).statusCode, 404)
  }
})
