/** Live: a page with a WebSocket behind Latchkey. Read it top to bottom; this is all that a customer writes. */
import websocket from '@fastify/websocket'
import { latchkey } from '@latchkey/fastify'
import { login, loginSession } from '@latchkey/login'
import { type Clock, createVerifier } from '@latchkey/verifier'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { assets } from './assets.ts'
import { health } from './health.ts'
import { livePage, problemPage } from './pages.ts'
import { securityHeaders } from './security-headers.ts'

export interface LiveOptions {
  /** The issuer's public identity, and where it is reached from here. */
  issuer: string
  issuerAddress: string
  /** Public address of this app: its audience too. */
  baseUrl: string
  clientId: string
  clientSecret: string
  cookieSecret: string
  /** Where people find Orders. */
  orders: { url: string }
  log?: FastifyBaseLogger
  /** Tests move it. */
  clock?: Clock
}

interface LiveEvent {
  from: string
  event: string
}

const EVENT = {
  type: 'object',
  required: ['from', 'event'],
  additionalProperties: false,
  properties: {
    from: { type: 'string', maxLength: 40 },
    event: { type: 'string', maxLength: 200 },
  },
}

export async function buildLive(options: LiveOptions) {
  const { issuer, issuerAddress, baseUrl, clientId, clientSecret, log } = options
  const clock = options.clock && { clock: options.clock }
  const app = fastify(log ? { loggerInstance: log } : {})
  const credentials = { clientId, clientSecret }
  const verifier = await createVerifier({
    issuer,
    issuerAddress,
    service: baseUrl,
    credentials,
    // A cluster starts all at once, and the issuer may be the last.
    startTimeoutMs: 60_000,
    ...clock,
  })

  // From here on every route is closed that does not say `public`, and every socket ends with its session.
  await app.register(latchkey, {
    verifier,
    session: loginSession,
    // With its ticket the page goes on over a change of permissions, when it still may.
    tickets: true,
    refusalPage: (request, _reply, { status }) => problemPage(request, status),
  })
  await app.register(login, {
    issuer,
    issuerAddress,
    clientId,
    clientSecret,
    baseUrl,
    resource: baseUrl,
    cookieSecret: options.cookieSecret,
    ...clock,
  })
  app.addHook('onSend', securityHeaders(issuer))
  await app.register(websocket, { options: { maxPayload: 4096 } })
  await app.register(assets)
  app.addHook('onClose', () => verifier.close())

  /** How many events came from whom: the binary frame, one byte each, modulo 256. */
  const counts = new Map<string, number>([
    ['Orders', 0],
    ['Reports', 0],
  ])
  const pulse = () => Uint8Array.from([...counts.values()].map((count) => count % 256))

  app.get('/', { config: { public: true } }, async (_request, reply) =>
    reply.redirect('/live', 303),
  )

  app.get('/orders', { config: { public: true } }, async (_request, reply) =>
    reply.redirect(`${options.orders.url}/orders`, 303),
  )

  app.get('/live', async (request, reply) => reply.type('text/html').send(livePage(request)))

  app.get('/socket', { websocket: true }, (socket) => {
    socket.send(JSON.stringify({ from: 'Live', event: 'connected' }))
    socket.send(pulse())
  })

  app.post<{ Body: LiveEvent }>('/events', { schema: { body: EVENT } }, async (request, reply) => {
    const { from } = request.body
    if (counts.has(from)) counts.set(from, (counts.get(from) ?? 0) + 1)
    for (const socket of app.websocketServer.clients) {
      socket.send(JSON.stringify(request.body))
      socket.send(pulse())
    }
    return reply.code(204).send()
  })

  await app.register(health, { verifier })
  return app
}
