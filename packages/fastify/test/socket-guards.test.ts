import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { BEARER_SUBPROTOCOL, guardSocket, latchkey } from '../src/index.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { fakeVerifier, SERVICE } from './fixtures/fake-verifier.ts'
import { listen } from './fixtures/guarded-app.ts'
import { liveService } from './fixtures/live-service.ts'

t.test('F20 and K1: an upgrade is a route, decided before 101', async (t) => {
  const { verifier, open, refused, sockets } = await liveService(t)
  verifier.grant('other', ['GET /elsewhere'])
  verifier.end('expired', 'expired')
  for (const [name, headers, path, protocols, status] of [
    ['no token', {}, '/live', [], 401],
    ['a bad token', { authorization: 'Bearer bad' }, '/live', [], 401],
    ['an expired token', { authorization: 'Bearer expired' }, '/live', [], 401],
    ['a token without the grant', { authorization: 'Bearer other' }, '/live', [], 403],
    [
      'a token in the URL where the route did not ask for it',
      {},
      '/strict?access_token=good',
      [],
      401,
    ],
    ['two ways at once', GOOD, '/live?access_token=good', [], 400],
    ['a bad token as subprotocol', {}, '/strict', [`${BEARER_SUBPROTOCOL}bad`], 401],
    [
      'two tokens as subprotocols',
      {},
      '/strict',
      [`${BEARER_SUBPROTOCOL}good`, `${BEARER_SUBPROTOCOL}bad`],
      400,
    ],
    ['a path without a route', GOOD, '/nothing', [], 404],
  ] as const) {
    t.equal(await refused(headers, path, [...protocols]), status, name)
  }
  t.equal(sockets.length, 0, 'no handler ran')
  await open(GOOD)
  await open({}, '/live?access_token=good')
  const client = await open({}, '/strict', ['chat', `${BEARER_SUBPROTOCOL}good`])
  t.equal(client.protocol, 'chat', 'the token is not chosen as the subprotocol')
  verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
  t.equal(await refused(GOOD), 503)
})

t.test('K2 and K3: an upgrade from a page comes from an allowed origin', async (t) => {
  const { open, refused } = await liveService(t)
  const cookie = { cookie: 'token=good' }
  const bad = [
    'https://evil.example',
    'null',
    SERVICE.toUpperCase(),
    `${SERVICE}.evil.example`,
    'http://a.localhost',
    'http://a.localhost:4002',
    `${SERVICE}/`,
  ]
  for (const origin of bad) {
    t.equal(await refused({ ...cookie, origin }), 403, `cookie from ${origin}`)
    t.equal(await refused({ ...GOOD, origin }), 403, `token from ${origin}`)
  }
  t.equal(await refused(cookie), 403, 'a cookie without an origin')
  t.equal(
    await refused({ ...cookie, 'sec-fetch-site': 'same-site' }),
    403,
    'a cookie from a neighbour',
  )
  t.equal(await refused({ ...GOOD, 'sec-fetch-site': 'cross-site' }), 403, 'a token from elsewhere')
  t.equal(await refused({}), 401, 'nothing at all')
  await open({ ...cookie, origin: SERVICE })
  await open(GOOD)
  t.pass('a program that is no browser has no origin')
})

t.test(
  'an expired session is not renewed at an upgrade: 401, and the page asks elsewhere',
  async (t) => {
    const { verifier, refused } = await liveService(t)
    verifier.end('good', 'expired')
    t.equal(await refused({ cookie: 'token=good', origin: SERVICE }), 401)
  },
)

/** A route that hands the connection to something else than @fastify/websocket: `ws` by hand here, a proxy elsewhere. */
async function byHand(t: Test, guarded: boolean) {
  const verifier = fakeVerifier()
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  const wss = new WebSocketServer({ noServer: true })
  app.server.on('upgrade', (raw, socket) => {
    const response = new ServerResponse(raw)
    response.assignSocket(socket as never)
    app.routing(raw, response)
  })
  await app.register(latchkey, { verifier })
  app.get('/live', (request, reply) => {
    reply.hijack()
    wss.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0), (socket) => {
      if (guarded) guardSocket(request, socket)
      socket.send('welcome')
    })
  })
  verifier.grant('good', ['GET /live'])
  await listen(app)
  const { port } = app.server.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: GOOD })
  t.teardown(() => client.terminate())
  await once(client, 'message')
  return { client, verifier }
}

t.test('whatever speaks over the connection, it is cut when the token ends', async (t) => {
  const { client, verifier } = await byHand(t, false)
  t.equal(verifier.watching, 1)
  verifier.end('good', 'session_ended')
  t.equal((await once(client, 'close'))[0], 1006)
  t.equal(verifier.watching, 0)
})

t.test('guardSocket takes over from the cut', async (t) => {
  const { client, verifier } = await byHand(t, true)
  t.equal(verifier.watching, 1)
  verifier.end('good', 'session_ended')
  t.equal((await once(client, 'close'))[0], 4401)
})

t.test('an Upgrade header that upgrades nothing watches nothing', async (t) => {
  const verifier = fakeVerifier()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(latchkey, { verifier })
  app.get('/orders', async () => 1)
  verifier.grant('good', ['GET /orders'])
  const answer = await app.inject({
    url: '/orders',
    headers: { ...GOOD, connection: 'upgrade', upgrade: 'websocket' },
  })
  t.equal(answer.statusCode, 200)
  t.equal(verifier.watching, 0)
})

t.test('injectWS of @fastify/websocket meets the guard too', async (t) => {
  const { app } = await liveService(t)
  await t.rejects(app.injectWS('/live'), /401/)
  const client = await app.injectWS('/live', { headers: GOOD })
  t.teardown(() => client.terminate())
  client.send('hello')
  t.equal(String((await once(client, 'message'))[0]), 'hello')
})

t.test('a connection that upgrades nothing has one watch, however often it asks', async (t) => {
  const verifier = fakeVerifier()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(latchkey, { verifier })
  await app.register(websocket)
  app.get('/orders', async () => 'orders')
  verifier.grant('good', ['GET /orders'])
  const port = await listen(app)
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  // Without `Connection: upgrade` Node takes the header for a wish that nobody has to follow.
  const request =
    'GET /orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\nUpgrade: websocket\r\n\r\n'
  for (let asked = 0; asked < 3; asked++) {
    socket.write(request)
    const [answer] = await once(socket, 'data')
    t.match(String(answer), /^HTTP\/1\.1 200 /)
  }
  t.equal(verifier.watching, 1)
  verifier.end('good', 'session_ended')
  await once(socket, 'close')
  t.equal(verifier.watching, 0)
})
