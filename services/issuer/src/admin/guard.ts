/** The admin API is a service like any other: closed by the issuer's own tokens and route permissions (packages/permissions/README.md). */
import { compileGrants } from '@latchkey/permissions'
import { type AccessTokenClaims, InputError, OAuthError } from '@latchkey/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { presentedToken, sendBearerError } from '../http/bearer.ts'
import type { CallerReader } from '../reading/resource-callers.ts'
import type { AdminRoute } from './own-rights.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of the admin API; set before any of its handlers runs. */
    admin: AccessTokenClaims | undefined
  }
}

export interface AdminGuardDeps {
  readonly readCaller: CallerReader
}

/** Guards every route that is added to this context from now on; gives the list of them, which grows with each. */
export function guardAdmin(app: FastifyInstance, deps: AdminGuardDeps): readonly AdminRoute[] {
  const routes: AdminRoute[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
  app.decorateRequest('admin', undefined)
  app.setErrorHandler(sendAdminError)
  app.addHook('onRequest', async (request, reply) => {
    const claims = await deps.readCaller(presentedToken(request), request, reply)
    checkRoute(request, claims)
    request.admin = claims
  })
  return routes
}

function checkRoute(request: FastifyRequest, claims: AccessTokenClaims): void {
  // The decision is made on the route that the router matched, never on the URL text.
  const route = request.routeOptions.url
  if (route === undefined || !compileGrants(claims.routes).allows(request.method, route)) {
    throw new OAuthError('insufficient_scope', 'route_not_granted')
  }
}

const sendTokenError = sendBearerError('latchkey admin')

/** InputError carries what was received and expected. */
function sendAdminError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (!(thrown instanceof InputError)) return sendTokenError(explained(thrown), request, reply)
  const { code } = thrown
  request.log.info({ code }, 'admin input refused')
  return reply.code(statusOf(code)).send({ error: code, error_description: thrown.message })
}

/** What a schema refuses, with its place, and no value. The caller may be here, so it may know the rules. */
export function explained(thrown: unknown): unknown {
  const [fault] = (thrown as Partial<FastifyError>).validation ?? []
  if (fault === undefined) return thrown
  const unknown = String(fault.params['additionalProperty'] ?? '')
  const named = /^\w{1,64}$/.test(unknown) ? ` ${unknown}` : ''
  const { allowedValues } = fault.params
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : ''
  const { validationContext } = thrown as FastifyError
  const description = `${validationContext}${fault.instancePath} ${fault.message}${named}${allowed}`
  return new OAuthError('invalid_request', 'schema', { description, cause: thrown })
}

const NOT_FOUND = new Set([
  'unknown-user',
  'unknown-client',
  'unknown-service',
  'unknown-key',
  'unknown-operation',
  'unknown-stream',
  'unknown-registration-token',
])

function statusOf(code: string): number {
  if (NOT_FOUND.has(code)) return 404
  return code.endsWith('-taken') || code === 'user-enabled' ? 409 : 400
}
