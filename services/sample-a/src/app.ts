/** Orders: a web app behind Latchkey. Read it top to bottom; this is all that a customer writes. */
import formbody from '@fastify/formbody'
import { latchkey } from '@latchkey/fastify'
import { login, loginSession } from '@latchkey/login'
import { createServiceClient } from '@latchkey/service-client'
import { type Clock, createVerifier } from '@latchkey/verifier'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { askReports } from './ask-reports.ts'
import { assets } from './assets.ts'
import { health } from './health.ts'
import { liveTeller } from './live-teller.ts'
import { orderRoutes } from './order-routes.ts'
import * as pages from './pages.ts'
import { pagesForProblems, wantsPage } from './problems.ts'
import { securityHeaders } from './security-headers.ts'

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
    // A cluster starts all at once, and the issuer may be the last.
    startTimeoutMs: 60_000,
    ...clock,
  })
  const services = createServiceClient({ issuer, issuerAddress, clientId, clientSecret, ...clock })

  // From here on every route is closed that does not say `public`.
  await app.register(latchkey, {
    verifier,
    session: loginSession,
    refusalPage: (request, _reply, { status }) => pages.problemPage(request, status),
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
  app.addHook('onClose', () => verifier.close())
  pagesForProblems(app)
  await app.register(formbody)
  await app.register(assets)

  app.get('/', { config: { public: true } }, async (request, reply) => {
    return reply.type('text/html').send(pages.welcomePage(request))
  })

  const live = services.as(options.live.url, { address: options.live.address })
  await app.register(orderRoutes, { verifier, tell: liveTeller(live, app.log) })

  // Calls Reports for the person who is looking at this page: with their rights there, not with ours.
  app.get('/summary', async (request, reply) => {
    const { url, address } = options.reports
    const token = app.latchkey.tokenOf(request)
    const asked = await askReports(services.onBehalfOf(token, url, { address }))
    reply.code(asked.kind === 'report' ? 200 : asked.status)
    if (!wantsPage(request)) return asked.kind === 'report' ? asked.report : { error: 'no-report' }
    const page =
      asked.kind === 'report'
        ? pages.summaryPage(request, asked.report)
        : pages.noSummaryPage(request, asked.status)
    return reply.type('text/html').send(page)
  })

  app.get('/live', { config: { public: true } }, async (_request, reply) =>
    reply.redirect(`${options.live.url}/live`, 303),
  )

  await app.register(health, { verifier })
  return app
}
