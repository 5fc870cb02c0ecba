import { catalogueHash } from '@latchkey/permissions'
import t from 'tap'
import type { Directory } from '../src/index.ts'
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
  const catalogue = { length: 0, hash: '' }
  t.strictSame(await services.find(ORDERS), { ...saved, keys, catalogue }, 'disabled or not')
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
  const numbered = async () =>
    (await services.catalogue(ORDERS)).map(
      ({ number, method, pattern, current }) =>
        `${number} ${method} ${pattern}${current ? '' : ' gone'}`,
    )
  const first = await services.publishRoutes(ORDERS, routes('GET /orders', 'GET /', 'POST /orders'))
  t.match(first, { added: 3, numbers: [1, 0, 2], heads: [{ length: 3 }] }, 'as they were asked')
  t.strictSame(await numbered(), ['0 GET /', '1 GET /orders', '2 POST /orders'])

  const second = await services.publishRoutes(ORDERS, routes('GET /orders/:id', 'GET /orders'))
  t.match(second, { added: 1, numbers: [3, 1] })
  const all = ['0 GET / gone', '1 GET /orders', '2 POST /orders gone', '3 GET /orders/:id']
  t.strictSame(await numbered(), all)
  t.strictSame(second.heads, [first.heads[0], { length: 4, hash: second.heads[1]?.hash }])
  t.equal(second.heads[1]?.hash, catalogueHash(await services.catalogue(ORDERS)))
  t.strictSame((await services.find(ORDERS))?.catalogue, second.heads[1])

  const third = await services.publishRoutes(ORDERS, routes('GET /', 'GET /orders', 'POST /orders'))
  t.strictSame(third, { ...second, version: first.version, added: 0, numbers: [0, 1, 2] })
  t.strictSame(await numbered(), [
    '0 GET /',
    '1 GET /orders',
    '2 POST /orders',
    '3 GET /orders/:id gone',
  ])
  t.match(await services.publishRoutes(ORDERS, []), { added: 0, numbers: [], heads: second.heads })
  t.notOk((await services.catalogue(ORDERS)).some(({ current }) => current))
})

t.test('publishing is idempotent: order and repetition make no difference', async (t) => {
  const [one, other] = [await memoryDirectory(t), await memoryDirectory(t)]
  for (const { services } of [one, other]) await services.save(service(ORDERS))
  const first = await one.services.publishRoutes(ORDERS, routes('GET /a', 'PUT /b', 'GET /b'))
  const again = await one.services.publishRoutes(
    ORDERS,
    routes('GET /b', 'GET /a', 'PUT /b', 'GET /a'),
  )
  t.strictSame(again, { ...first, added: 0, numbers: [1, 0, 2, 0] })
  const elsewhere = await other.services.publishRoutes(ORDERS, routes('PUT /b', 'GET /b', 'GET /a'))
  t.strictSame(elsewhere, { ...first, numbers: [2, 1, 0] }, 'the same in another database')
  t.strictSame(await other.services.catalogue(ORDERS), await one.services.catalogue(ORDERS))
})

t.test(
  'while two versions live, the routes of both are current, whoever publishes last',
  async (t) => {
    const { services } = await memoryDirectory(t)
    await services.save(service(ORDERS))
    const current = async (...living: string[]) =>
      (await services.catalogue(ORDERS, living))
        .filter((one) => one.current)
        .map(({ pattern, public: isPublic = 'undeclared' }) => `${pattern} ${isPublic}`)
    const declared = (pattern: string, isPublic?: boolean) =>
      isPublic === undefined
        ? route(`GET ${pattern}`)
        : { ...route(`GET ${pattern}`), public: isPublic }
    const before = [declared('/a', true), declared('/b', true), declared('/old')]
    const after = [declared('/a', true), declared('/b', false), declared('/new', false)]
    const one = await services.publishRoutes(ORDERS, before)
    const two = await services.publishRoutes(ORDERS, after)
    const both = ['/a true', '/b false', '/old undeclared', '/new false']
    t.strictSame(await current(one.version, two.version), both, 'the stricter declaration counts')
    const heads = await services.publishRoutes(ORDERS, before)
    t.strictSame(heads.heads, two.heads, 'nothing flaps')
    t.strictSame(await current(one.version, two.version), both)
    t.strictSame(await current(two.version), ['/a true', '/b false', '/new false'])
    t.strictSame(
      await current(),
      ['/a true', '/b true', '/old undeclared'],
      'nobody lives: the latest',
    )
    await services.publishRoutes(ORDERS, after, true)
    t.strictSame(
      await current('unheard-of'),
      ['/a true', '/b true', '/old undeclared'],
      'a question is no news',
    )
  },
)

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
  t.equal(new Set(won.map(({ version }) => version)).size, 2)
  const catalogue = await oneOf(directories, 1).services.catalogue(ORDERS)
  const found = new Map(catalogue.map((one) => [`${one.method} ${one.pattern}`, one.number]))
  t.strictSame([...found.values()], [0, 1, 2, 3])
  for (const [index, { numbers, heads }] of won.entries()) {
    const own = oneOf(versions, index).map(({ method, pattern }) =>
      found.get(`${method} ${pattern}`),
    )
    t.strictSame(numbers, own)
    for (const { length, hash } of heads) t.equal(catalogueHash(catalogue.slice(0, length)), hash)
  }
  t.equal(catalogue.filter(({ current }) => current).length, 3, 'one version, never a mixture')
})

t.test('of lists and states as many are kept as can live at the same time', async (t) => {
  const { services } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  const versions: string[] = []
  for (let i = 0; i < 66; i++) {
    const { version, heads } = await services.publishRoutes(ORDERS, routes('GET /', `GET /${i}`))
    versions.push(version)
    t.equal(heads.length, Math.min(i + 1, 64))
    t.equal(heads.at(-1)?.length, i + 2)
  }
  const current = async (version = '') =>
    (await services.catalogue(ORDERS, [version])).filter((one) => one.current).at(-1)?.pattern
  t.equal(await current(versions[1]), '/65', 'forgotten: the latest')
  t.equal(await current(versions[2]), '/2')
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
