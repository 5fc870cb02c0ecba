import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import websocket from '@fastify/websocket'
import { LIMITS, type Random } from '@latchkey/protocol'
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import { answerHeaders } from './http/answer-headers.ts'
import { parseParameters } from './http/parameters.ts'
import { requestIds } from './http/request-ids.ts'
import { unknownRoutes, unreadableTarget } from './http/unknown-routes.ts'
import { validatorsOnDemand } from './http/validators-on-demand.ts'
import { WEB_SOCKETS } from './http/web-sockets.ts'
import { pageLocale } from './pages/page-locale.ts'
import type { Settings } from './settings/settings.ts'

export interface ServerDeps {
  readonly settings: Pick<Settings, 'issuer' | 'languages'>
  readonly random: Random
  readonly log?: FastifyBaseLogger | undefined
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  readonly trustedProxies?: readonly string[] | undefined
}

/** Strict from the start: no coercion, no silent removal, no parser that was not asked for, limits on everything. */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const { log, tls, trustedProxies = [] } = deps
  const app: FastifyInstance = fastify({
    ...(log ? { loggerInstance: log } : { logger: false }),
    ...(tls && { https: tls }),
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    genReqId: requestIds(deps.random),
    bodyLimit: LIMITS.formBytes,
    requestTimeout: 10_000,
    // The longest audience.
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: unreadableTarget(deps.settings.issuer),
  })
  app.setValidatorCompiler(validatorsOnDemand())
  app.decorateRequest('client', undefined)
  app.decorateRequest('clientSecretId', undefined)
  answerHeaders(app)
  const { issuer, languages } = deps.settings
  unknownRoutes(app, { issuer, locale: pageLocale(languages) })
  app.removeAllContentTypeParsers()
  // It only writes: what is read is read to the letter (sessions/session-cookie.ts).
  await app.register(cookie, { hook: false })
  // The plug-in's type asks for a plain object; what it hands on is our Parameters.
  const parser = (text: string) => parseParameters(text) as unknown as Record<string, unknown>
  await app.register(formbody, { parser, bodyLimit: LIMITS.formBytes })
  await app.register(websocket, { options: WEB_SOCKETS })
  return app
}
