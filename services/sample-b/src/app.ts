/** Reports: an API behind Latchkey. Read it top to bottom; this is all that a customer writes. */
import { latchkey } from '@latchkey/fastify'
import { createServiceClient } from '@latchkey/service-client'
import { type Clock, createVerifier } from '@latchkey/verifier'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { health } from './health.ts'

export interface ReportsOptions {
  /** The issuer's public identity, and where it is reached from here. */
  issuer: string
  issuerAddress: string
  /** Public address of this service: its audience. */
  baseUrl: string
  clientId: string
  clientSecret: string
  /** The other two: public address, and where it is reached from here. */
  orders: { url: string; address: string }
  live: { url: string; address: string }
  /** How often the job runs. Default 10 s. */
  jobSeconds?: number
  log?: FastifyBaseLogger
  /** Tests move it. */
  clock?: Clock
}

interface Order {
  readonly id: string
  readonly quantity: number
}

export async function buildReports(options: ReportsOptions) {
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
  const services = createServiceClient({ issuer, issuerAddress, clientId, clientSecret, ...clock })
  const orders = services.as(options.orders.url, { address: options.orders.address })
  const live = services.as(options.live.url, { address: options.live.address })

  // From here on every route is closed that does not say `public`.
  await app.register(latchkey, { verifier })

  let daily = { orders: 0, pieces: 0, madeAt: '' }
  const published = new Set<string>()

  /** The job: reads all orders with this machine's own token. */
  async function runJob(): Promise<typeof daily> {
    const answer = await orders.fetch('/orders')
    if (!answer.ok) throw new Error(`Orders answered ${answer.status}`)
    const body = (await answer.json()) as { orders: Order[] }
    const pieces = body.orders.reduce((sum, order) => sum + order.quantity, 0)
    daily = { orders: body.orders.length, pieces, madeAt: new Date().toISOString() }
    return daily
  }

  app.get('/', { config: { public: true } }, async () => ({ service: 'Reports' }))

  app.get('/reports/daily', async (request) => ({
    ...daily,
    for: request.caller?.sub,
    calledBy: request.caller?.act?.sub ?? request.caller?.sub,
  }))

  app.get<{ Params: { id: string } }>('/reports/:id', async (request) => {
    const { id } = request.params
    return { id, ...daily, published: published.has(id) }
  })

  app.post<{ Params: { id: string } }>('/reports/:id/publish', async (request, reply) => {
    const { id } = request.params
    published.add(id)
    const body = JSON.stringify({ from: 'Reports', event: `${id} published` })
    const headers = { 'content-type': 'application/json' }
    await live.fetch('/events', { method: 'POST', body, headers })
    return reply.code(201).send({ id, published: true })
  })

  await app.register(health, { verifier })

  const job = setInterval(
    () => {
      runJob().catch((err: unknown) => app.log.warn({ err }, 'the job failed and is tried again'))
    },
    (options.jobSeconds ?? 10) * 1000,
  )
  app.addHook('onClose', async () => {
    clearInterval(job)
    await verifier.close()
  })
  return { app, runJob }
}
