import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyTypeProvider,
} from 'fastify'
import t from 'tap'
import { guardSocket, latchkey } from '../src/index.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { fakeVerifier } from './fixtures/fake-verifier.ts'
import { guardedApp } from './fixtures/guarded-app.ts'

/** An encapsulated plug-in that declares something. */
function branch(declare: (app: FastifyInstance) => unknown): FastifyPluginCallback {
  return (app, _options, done) => {
    declare(app)
    done()
  }
}

t.test('F13 and F14: closed, wherever it was declared', async (t) => {
  const verifier = fakeVerifier()
  const app = Fastify()
  t.teardown(() => app.close())
  const ran: string[] = []
  let earlier: FastifyInstance | undefined
  const below = branch((app) => app.setNotFoundHandler(async () => ran.push('not found below')))
  await app.register(
    branch((app) => {
      earlier = app
      app.register(below, { prefix: '/below' })
    }),
  )
  await app.register(latchkey, { verifier })
  // Instances that existed before the plug-in: routes can still be added to them.
  earlier?.get('/captured', async () => ran.push('captured'))
  earlier?.get('/captured/public', { config: { public: true } }, async () => 'open')
  app.setNotFoundHandler(async () => ran.push('not found'))
  app.setErrorHandler(async () => ran.push('error handler'))
  app.get('/throws', async () => {
    throw new Error('boom')
  })
  app.get('*', async () => ran.push('wildcard'))
  app.register(
    branch((app) => {
      app.get('/', async () => ran.push('plugin root'))
      app.get('/:id', async () => ran.push('plugin'))
      app.register(branch((app) => app.get('/deep', async () => ran.push('deep'))))
    }),
    { prefix: '/plugin' },
  )
  await app.ready()
  verifier.grant('good', [])
  for (const url of [
    '/captured',
    '/captured/public',
    '/throws',
    '/anything',
    '/plugin',
    '/plugin/',
    '/plugin/1',
    '/plugin/deep',
  ]) {
    t.equal((await app.inject({ url })).statusCode, 401, `${url}, as a stranger`)
    t.equal((await app.inject({ url, headers: GOOD })).statusCode, 403, `${url}, without the grant`)
  }
  for (const url of ['/nothing', '/below/nothing']) {
    const answer = await app.inject({ method: 'POST', url })
    t.equal(answer.statusCode, 404)
    t.strictSame(answer.json(), { error: 'not_found' })
  }
  t.strictSame(ran, [], 'no handler ran for anybody')
})

t.test('the not-found handler of the app is reached only when it is declared public', async (t) => {
  const page = (app: FastifyInstance) => {
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('a page'))
    app.get('/gone', { config: { public: true } }, (_request, reply) => reply.callNotFound())
  }
  const closed = await guardedApp(t, page)
  t.notMatch((await closed.app.inject('/nothing')).body, 'a page')
  t.equal((await closed.app.inject('/gone')).body, 'a page', 'a handler may call it')
  const open = await guardedApp(t, page, { publicNotFound: true })
  const answer = await open.app.inject('/nothing')
  t.equal(answer.statusCode, 404)
  t.equal(answer.body, 'a page')
})

t.test('the plug-in begins only where it sees everything', async (t) => {
  const register = async (prepare: (app: FastifyInstance) => void | Promise<void>) => {
    const app = Fastify()
    t.teardown(() => app.close())
    await prepare(app)
    await app.register(latchkey, { verifier: fakeVerifier() })
    return app
  }
  await t.rejects(
    register((app) => void app.get('/early', async () => 1)),
    { code: 'plugin-order', message: /await app\.register/ },
    'a route of the root before it',
  )
  await t.rejects(
    register(async (app) => {
      await app.register(branch((app) => app.put('/early', async () => 1)))
    }),
    { code: 'plugin-order' },
    'a route of a plug-in before it',
  )
  const unawaited = Fastify()
  t.teardown(() => unawaited.close())
  unawaited.register(latchkey, { verifier: fakeVerifier() })
  unawaited.get('/orders', async () => 1)
  await t.rejects(
    async () => unawaited.ready(),
    { code: 'plugin-order' },
    'registered without await',
  )
  const nested = Fastify()
  t.teardown(() => nested.close())
  nested.register(branch((app) => app.register(latchkey, { verifier: fakeVerifier() })))
  await t.rejects(async () => nested.ready(), { code: 'plugin-place' }, 'below the root')

  // What @fastify/cors does: its hook answers preflights, and its route makes the router find one.
  const cors = await register((app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('access-control-allow-origin', '*')
      if (request.headers['access-control-request-method'] !== undefined) reply.code(204).send()
    })
    app.options('*', async () => 'options of the app')
  })
  cors.get('/orders', async () => 1)
  const preflight = await cors.inject({
    method: 'OPTIONS',
    url: '/orders',
    headers: { 'access-control-request-method': 'GET' },
  })
  t.equal(preflight.statusCode, 204, 'a hook before the guard answers preflights')
  const refused = await cors.inject('/orders')
  t.equal(refused.statusCode, 401)
  t.equal(
    refused.headers['access-control-allow-origin'],
    '*',
    'refusals can be read by other origins',
  )
  t.equal(
    (await cors.inject({ method: 'OPTIONS', url: '/orders' })).statusCode,
    401,
    'its route is closed',
  )
})

t.test(
  'the catalogue lists what was declared, and is published once, when the app is ready',
  async (t) => {
    const { app, verifier } = await guardedApp(t, (app) => {
      app.get('/orders/:id', async () => 1)
      app.route({ method: ['POST', 'PUT'], url: '/orders', handler: async () => 1 })
      app.get('/about', { config: { public: true } }, async () => 1)
      app.get(
        '/versioned',
        { config: { public: true }, constraints: { version: '1.0.0' } },
        async () => 1,
      )
      app.get('/versioned', { constraints: { version: '2.0.0' } }, async () => 1)
      app.get(
        '/versioned',
        { config: { public: true }, constraints: { version: '3.0.0' } },
        async () => 1,
      )
      app.register(
        branch((app) => app.get('/', async () => 1)),
        { prefix: '/plugin' },
      )
    })
    t.strictSame(app.latchkey.routes, [
      { method: 'GET', pattern: '/orders/:id', public: false },
      { method: 'POST', pattern: '/orders', public: false },
      { method: 'PUT', pattern: '/orders', public: false },
      { method: 'GET', pattern: '/about', public: true },
      { method: 'GET', pattern: '/versioned', public: false },
      { method: 'GET', pattern: '/plugin', public: false },
    ])
    t.strictSame(verifier.published, app.latchkey.routes, 'with what is public')
  },
)

t.test(
  'F22: a token that is older than a route is refused as stale, never as forbidden',
  async (t) => {
    const { app, verifier } = await guardedApp(t, (app) => {
      for (const url of ['/a', '/b', '/new']) app.get(url, async () => url)
    })
    verifier.grantNumbers('good', ['GET /a', 'GET /new'], 2)
    const ask = async (url: string) => (await app.inject({ url, headers: GOOD })).statusCode
    t.equal(await ask('/a'), 200)
    t.equal(await ask('/b'), 403)
    const answer = await app.inject({ url: '/new', headers: GOOD })
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { error: 'invalid_token', reason: 'stale' })
    t.match(answer.headers['www-authenticate'], /reason="stale"/)
    verifier.grantNumbers('good', ['GET /a', 'GET /new'])
    t.equal(await ask('/new'), 200, 'a fresh token knows it')
  },
)

t.test('a setting of a route that is not understood stops the start', async (t) => {
  for (const [config, method] of [
    [{ public: 'false' }],
    [{ public: 1 }],
    [{ latchkey: true }],
    [{ latchkey: [] }],
    [{ latchkey: { tolerance: 5 } }],
    [{ latchkey: { toleranceSeconds: -1 } }],
    [{ latchkey: { toleranceSeconds: 901 } }],
    [{ latchkey: { toleranceSeconds: Number.NaN } }],
    [{ latchkey: { toleranceSeconds: '5' } }],
    [{ latchkey: { identify: true } }],
    [{ latchkey: { tokenInUrl: true } }, 'POST'],
  ] as const) {
    const attempt = guardedApp(t, (app) => {
      app.route({
        method: method ?? 'GET',
        url: '/x',
        config: config as object,
        handler: async () => 1,
      })
    })
    await t.rejects(
      attempt,
      { code: 'route-setting', message: /route (GET|POST) \/x/ },
      JSON.stringify(config),
    )
  }
  for (const toleranceSeconds of [0, 900]) {
    await t.resolves(
      guardedApp(
        t,
        (app) => void app.get('/x', { config: { latchkey: { toleranceSeconds } } }, async () => 1),
      ),
    )
  }
})

t.test('an answer schema of a route does not change what a refused caller gets', async (t) => {
  const nothing = { type: 'object', properties: {}, additionalProperties: false }
  const { app } = await guardedApp(t, (app) => {
    app.get('/orders', { schema: { response: { '4xx': nothing } } }, async () => 1)
  })
  const answer = await app.inject({ url: '/orders', headers: { authorization: 'Bearer bad' } })
  t.equal(answer.json().error, 'invalid_token')
})

t.test('it fits apps with their own logger and type provider', async (t) => {
  interface Plain extends FastifyTypeProvider {
    validator: unknown
    serializer: unknown
  }
  interface AppLogger extends FastifyBaseLogger {
    audit(text: string): void
  }
  const quiet = () => {}
  const loggerInstance: AppLogger = {
    level: 'silent',
    fatal: quiet,
    error: quiet,
    warn: quiet,
    info: quiet,
    debug: quiet,
    trace: quiet,
    silent: quiet,
    audit: quiet,
    child: () => loggerInstance,
  }
  const app = Fastify({ loggerInstance }).withTypeProvider<Plain>()
  t.teardown(() => app.close())
  const verifier = fakeVerifier()
  await app.register(latchkey, { verifier })
  app.get('/me', async (request) => {
    request.log.audit('read')
    return request.caller?.sub
  })
  app.get('/socket', async (request) => {
    const socket = {
      readyState: 1,
      send() {},
      emit: () => true,
      once() {},
      close() {},
      terminate() {},
    }
    return guardSocket(request, socket).caller.sub
  })
  verifier.grant('good', ['GET /me', 'GET /socket'])
  t.equal((await app.inject({ url: '/me', headers: GOOD })).body, 'u_ada')
  const socket = await app.inject({ url: '/socket', headers: GOOD })
  t.equal(socket.statusCode, 500, 'guardSocket throws where there was no upgrade')
})
