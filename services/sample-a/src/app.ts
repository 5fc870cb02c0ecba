/** Orders: a web app behind Latchkey. Read it top to bottom; this is all that a customer writes. */
import formbody from '@fastify/formbody'
import { latchkey } from '@latchkey/fastify'
import { login, loginSession } from '@latchkey/login'
import { createServiceClient } from '@latchkey/service-client'
import { type Clock, createVerifier } from '@latchkey/verifier'
import { type FastifyBaseLogger, type FastifyRequest, fastify } from 'fastify'
import { assets } from './assets.ts'
import { health } from './health.ts'
import { liveTeller } from './live-teller.ts'
import { type NewOrder, orderBook } from './order-book.ts'
import { orderPage, ordersPage, summaryPage, welcomePage } from './pages.ts'

export interface OrdersOptions {
  /** The issuer's public identity, and where it is reached from here. */
  issuer: string
  issuerAddress: string
  /** Public address of this app: its audience too. */
  baseUrl: string
  clientId: string
  clientSecret: string
  cookieSecret: string
  /** The other two: public address, and where it is reached from here. */
  reports: { url: string; address: string }
  live: { url: string; address: string }
  log?: FastifyBaseLogger
  /** Tests move it. */
  clock?: Clock
}

export async function buildOrders(options: OrdersOptions) {
  const { issuer, issuerAddress, baseUrl, clientId, clientSecret, log } = options
  const clock = options.clock && { clock: options.clock }
  const app = fastify(log ? { loggerInstance: log } : {})
  const credentials = { clientId, clientSecret }
  const verifier = await createVerifier({
    issuer,
    issuerAddress,
    service: baseUrl,
    credentials,
    ...clock,
  })
  const services = createServiceClient({ issuer, issuerAddress, clientId, clientSecret, ...clock })

  // From here on every route is closed that does not say `public`.
  await app.register(latchkey, { verifier, session: loginSession })
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
  await app.register(formbody)
  await app.register(assets)
  app.addHook('onClose', () => verifier.close())

  const orders = orderBook()
  const tell = liveTeller(services.as(options.live.url, { address: options.live.address }), app.log)

  app.get('/', { config: { public: true } }, async (request, reply) => {
    return reply.type('text/html').send(welcomePage(request))
  })

  app.get('/orders', async (request, reply) => {
    if (!wantsPage(request)) return { orders: orders.all() }
    return reply.type('text/html').send(ordersPage(request, orders.all()))
  })

  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const order = orders.find(request.params.id)
    if (!order) return reply.code(404).send({ error: 'order-unknown' })
    if (!wantsPage(request)) return order
    return reply.type('text/html').send(orderPage(request, order))
  })

  app.post<{ Body: NewOrder }>(
    '/orders',
    { schema: { body: orders.schema } },
    async (request, reply) => {
      const order = orders.add(request.body)
      tell(`${order.id}: ${order.quantity} × ${order.item}`)
      return wantsPage(request) ? reply.redirect('/orders', 303) : reply.code(201).send(order)
    },
  )

  app.delete<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    if (!orders.remove(request.params.id)) return reply.code(404).send({ error: 'order-unknown' })
    tell(`${request.params.id}: ✕`)
    return reply.code(204).send()
  })

  // Calls Reports for the person who is looking at this page: with their rights there, not with ours.
  app.get('/summary', async (request, reply) => {
    const asPerson = services.onBehalfOf(app.latchkey.tokenOf(request), options.reports.url, {
      address: options.reports.address,
    })
    const answer = await asPerson.fetch('/reports/daily')
    const report = answer.ok ? ((await answer.json()) as Record<string, unknown>) : undefined
    if (!wantsPage(request)) return reply.code(answer.status).send(report ?? { error: 'refused' })
    return reply.type('text/html').send(summaryPage(request, answer.status, report))
  })

  await app.register(health, { verifier })
  return app
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html')
}
