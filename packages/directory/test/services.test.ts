import t from 'tap'
import type { Directory } from '../src/index.ts'
import { catalogueHash } from '../src/services/publish-routes.ts'
import {
  client,
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  race,
  service,
  sharedDirectories,
} from './fixtures/open-directory.ts'

const route = (text: string) => {
  const [method = '', pattern = ''] = text.split(' ')
  return { method, pattern }
}
const routes = (...texts: string[]) => texts.map(route)

t.test('a service is found as it was saved', async (t) => {
  const { services, clients } = await memoryDirectory(t)
  for (const id of ['b', 'a']) await clients.save(client(id))
  const saved = service(ORDERS, {
    name: 'Orders',
    alg: 'ES256',
    keyGeneration: 3,
    clients: ['b', 'a'],
    accessTokenSeconds: 900,
    statusList: true,
    disabled: true,
  })
  await services.save(saved)
  const keys = [{ generation: 3, state: 'active', since: 1_700_000_000 }]
  t.strictSame(await services.find(ORDERS), { ...saved, keys }, 'disabled or not')
  await services.save(service(REPORTS))
  t.strictSame(
    (await services.list()).map(({ audience }) => audience),
    [ORDERS, REPORTS],
  )
  t.equal(await services.find(`${ORDERS}/`), undefined, 'an audience is compared as text')
})

t.test('a service is disabled and enabled, and nothing else of it changes', async (t) => {
  const { services } = await memoryDirectory(t)
  await services.save(service(ORDERS, { name: 'Orders', keyGeneration: 3 }))
  const before = await services.find(ORDERS)
  await services.setDisabled(ORDERS, true)
  t.strictSame(await services.find(ORDERS), { ...before, disabled: true })
  await services.setDisabled(ORDERS, false)
  t.strictSame(await services.find(ORDERS), before)
  await t.rejects(services.setDisabled(REPORTS, true), { code: 'unknown-service' })
})

t.test('what a service may not be', async (t) => {
  const { services, clients } = await memoryDirectory(t)
  await clients.save(client('orders-web'))
  const cases: [string, ReturnType<typeof service>, string, string][] = [
    ['a fragment', service('https://a.example#b'), 'audience', 'audience'],
    ['no name', service(ORDERS, { name: '' }), 'name', 'name'],
    ['no algorithm', service(ORDERS, { alg: 'none' as never }), 'choice', 'alg'],
    ['generation 0', service(ORDERS, { keyGeneration: 0 }), 'number', 'keyGeneration'],
    ['half a generation', service(ORDERS, { keyGeneration: 1.5 }), 'number', 'keyGeneration'],
    ['no lifetime', service(ORDERS, { accessTokenSeconds: 0 }), 'number', 'accessTokenSeconds'],
    ['901 seconds', service(ORDERS, { accessTokenSeconds: 901 }), 'number', 'accessTokenSeconds'],
    [
      'an unknown client',
      service(ORDERS, { clients: ['orders-wep'] }),
      'unknown-client',
      'clients[0]',
    ],
    [
      'a client twice',
      service(ORDERS, { clients: ['orders-web', 'orders-web'] }),
      'duplicate',
      'clients[1]',
    ],
  ]
  for (const [rule, input, code, where] of cases) {
    await t.rejects(services.save(input), { name: 'InputError', code, where }, rule)
  }
  t.strictSame(await services.list(), [])
})

t.test('of 50 rotations at once one makes a key, and of 50 promotions one moves it', async (t) => {
  const directories = await sharedDirectories(t, 5)
  const { services } = oneOf(directories, 0)
  await services.save(service(ORDERS))
  const at50 = <T>(call: (keys: Directory['serviceKeys']) => Promise<T>) =>
    race(Array.from({ length: 50 }, (_, index) => call(oneOf(directories, index).serviceKeys)))

  const prepared = await at50((keys) => keys.prepare(ORDERS, 10))
  t.strictSame(prepared.lost, [])
  t.strictSame(new Set(prepared.won.map(({ generation }) => generation)), new Set([2]))
  t.equal(prepared.won.filter(({ isNew }) => isNew).length, 1)
  t.equal((await services.find(ORDERS))?.keyGeneration, 1, 'what waits does not sign')

  const promoted = await at50((keys) => keys.promote(ORDERS, 2, 20))
  t.strictSame(promoted.lost, [])
  t.equal(promoted.won.filter(Boolean).length, 1)
  t.match(await oneOf(directories, 3).services.find(ORDERS), {
    keyGeneration: 2,
    keys: [
      { generation: 1, state: 'retiring', since: 20 },
      { generation: 2, state: 'active', since: 20 },
    ],
  })

  const revoked = await at50((keys) => keys.revoke(ORDERS, 2, 30))
  t.equal(revoked.won.filter(Boolean).length, 1)
  t.strictSame(await oneOf(directories, 4).serviceKeys.list(ORDERS), [
    { generation: 1, state: 'retiring', since: 20 },
    { generation: 2, state: 'retired', since: 30 },
    { generation: 3, state: 'active', since: 30 },
  ])
})

t.test('a key of a service lives forwards, and a saved record cannot bring one back', async (t) => {
  const { services, serviceKeys: keys } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  const states = async () =>
    (await keys.list(ORDERS)).map(({ generation, state }) => `${generation} ${state}`)
  t.strictSame(await keys.prepare(ORDERS, 1), { generation: 2, isNew: true })
  t.equal(await keys.retire(ORDERS, 1, 2), false, 'the one that signs stays')
  t.equal(await keys.retire(ORDERS, 2, 2), false)
  t.equal(await keys.promote(ORDERS, 2, 3), true)
  t.equal(await keys.promote(ORDERS, 1, 4), false)
  t.equal(await keys.retire(ORDERS, 1, 5), true)
  t.equal(await keys.retire(ORDERS, 1, 6), false)
  t.equal(await keys.revoke(ORDERS, 1, 6), false)
  t.equal(await keys.revoke(ORDERS, 7, 6), false, 'there is none')
  t.strictSame(await states(), ['1 retired', '2 active'])
  await services.save(service(ORDERS, { keyGeneration: 1, name: 'from an old record' }))
  t.match(await services.find(ORDERS), { keyGeneration: 2, name: 'from an old record' })
  await keys.prepare(ORDERS, 7)
  t.equal(await keys.revoke(ORDERS, 2, 8), true)
  t.strictSame(await states(), ['1 retired', '2 retired', '3 active'], 'what waits goes first')
  t.strictSame((await services.list())[0]?.keys, [{ generation: 3, state: 'active', since: 8 }])
  await t.rejects(keys.prepare(REPORTS, 1), { code: 'unknown-service' })
  await t.rejects(keys.revoke(REPORTS, 1, 1), { code: 'unknown-service' })
})

t.test('of keys that are alive a service has at most eight', async (t) => {
  const { services, serviceKeys: keys } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  for (let generation = 2; generation <= 8; generation++) {
    await keys.prepare(ORDERS, generation)
    await keys.promote(ORDERS, generation, generation)
  }
  await t.rejects(keys.prepare(ORDERS, 9), { code: 'keys-too-many' })
  await keys.retire(ORDERS, 1, 9)
  t.strictSame(await keys.prepare(ORDERS, 9), { generation: 9, isNew: true })
})

t.test('routes get numbers that stay theirs for ever', async (t) => {
  const { services } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  const first = await services.publishRoutes(ORDERS, routes('GET /orders', 'GET /', 'POST /orders'))
  t.equal(first.added, 3)
  t.match(first.hash, /^[A-Za-z0-9_-]{16}$/)
  t.strictSame(await services.catalogue(ORDERS), [
    { number: 0, method: 'GET', pattern: '/', current: true },
    { number: 1, method: 'GET', pattern: '/orders', current: true },
    { number: 2, method: 'POST', pattern: '/orders', current: true },
  ])

  const second = await services.publishRoutes(ORDERS, routes('GET /orders/:id', 'GET /orders'))
  t.equal(second.added, 1)
  t.strictSame(await services.catalogue(ORDERS), [
    { number: 0, method: 'GET', pattern: '/', current: false },
    { number: 1, method: 'GET', pattern: '/orders', current: true },
    { number: 2, method: 'POST', pattern: '/orders', current: false },
    { number: 3, method: 'GET', pattern: '/orders/:id', current: true },
  ])

  const third = await services.publishRoutes(ORDERS, routes('GET /', 'GET /orders', 'POST /orders'))
  t.strictSame(third, { hash: first.hash, added: 0 }, 'routes that come back are the same')
  t.not(second.hash, first.hash)
  t.strictSame(await services.publishRoutes(ORDERS, []), { hash: catalogueHash([]), added: 0 })
  t.equal((await services.catalogue(ORDERS)).filter(({ current }) => current).length, 0)
})

t.test('publishing is idempotent: order and repetition make no difference', async (t) => {
  const [one, other] = [await memoryDirectory(t), await memoryDirectory(t)]
  for (const { services } of [one, other]) await services.save(service(ORDERS))
  const first = await one.services.publishRoutes(ORDERS, routes('GET /a', 'PUT /b', 'GET /b'))
  const again = await one.services.publishRoutes(
    ORDERS,
    routes('GET /b', 'GET /a', 'PUT /b', 'GET /a'),
  )
  t.strictSame(again, { hash: first.hash, added: 0 })
  const elsewhere = await other.services.publishRoutes(ORDERS, routes('PUT /b', 'GET /b', 'GET /a'))
  t.strictSame(elsewhere, first, 'the same in another database')
  t.strictSame(await other.services.catalogue(ORDERS), await one.services.catalogue(ORDERS))
})

t.test('the hash is over number, method and pattern, in the order of the numbers', (t) => {
  const list = [
    { number: 1, ...route('GET /b') },
    { number: 0, ...route('GET /a') },
  ]
  // printf '0 GET /a\n1 GET /b\n' | openssl dgst -sha256 -binary | basenc --base64url | cut -c1-16
  t.equal(catalogueHash(list), 'EvkQYUMA7sabcnaB')
  t.equal(catalogueHash(list.toReversed()), catalogueHash(list))
  const swapped = list.map((one) => ({ ...one, number: 1 - one.number }))
  t.not(catalogueHash(swapped), catalogueHash(list))
  t.end()
})

t.test('50 that publish at once, two versions of a service, agree on every number', async (t) => {
  const directories = await sharedDirectories(t, 5)
  await oneOf(directories, 0).services.save(service(ORDERS))
  const versions = [routes('GET /a', 'GET /b', 'GET /old'), routes('GET /b', 'GET /a', 'GET /new')]
  const { won, lost } = await race(
    Array.from({ length: 50 }, (_, index) =>
      oneOf(directories, index).services.publishRoutes(ORDERS, oneOf(versions, index)),
    ),
  )
  t.strictSame(lost, [])
  t.equal(
    won.reduce((sum, { added }) => sum + added, 0),
    4,
  )
  t.equal(new Set(won.map(({ hash }) => hash)).size, 2, 'one hash for each version')
  const catalogue = await oneOf(directories, 1).services.catalogue(ORDERS)
  t.strictSame(
    catalogue.map(({ number }) => number),
    [0, 1, 2, 3],
  )
  const current = catalogue.filter((one) => one.current)
  t.equal(current.length, 3, 'what is current is one version, never a mixture')
  t.ok(won.some(({ hash }) => hash === catalogueHash(current)))
})

t.test('a catalogue has limits, and a refused one changes nothing', async (t) => {
  const { services } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  const many = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => route(`GET /${prefix}/${index}`))
  await services.publishRoutes(ORDERS, many(4096, 'a'))
  t.equal((await services.catalogue(ORDERS)).length, 4096)
  await t.rejects(services.publishRoutes(ORDERS, many(4097, 'b')), { code: 'too-many' })
  await t.rejects(services.publishRoutes(ORDERS, routes('GET /ok', 'GET nope')), {
    code: 'route',
    where: 'routes[1]',
  })
  for (const prefix of ['b', 'c', 'd']) await services.publishRoutes(ORDERS, many(4096, prefix))
  await t.rejects(services.publishRoutes(ORDERS, many(1, 'e')), { code: 'catalogue-full' })
  const catalogue = await services.catalogue(ORDERS)
  t.equal(catalogue.length, 16_384)
  t.ok(catalogue.filter(({ current }) => current).every(({ pattern }) => pattern.startsWith('/d/')))
  await t.rejects(services.publishRoutes(REPORTS, []), { code: 'unknown-service' })
})

t.test('services number their routes apart', async (t) => {
  const { services } = await memoryDirectory(t)
  for (const audience of [ORDERS, REPORTS]) {
    await services.save(service(audience))
    await services.publishRoutes(audience, routes('GET /x'))
    t.match(await services.catalogue(audience), [{ number: 0 }])
  }
})
