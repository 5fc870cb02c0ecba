/** The admin API is a service like any other: closed by the issuer's own tokens and route permissions (packages/permissions/README.md). */
import { type AccessTokenClaims, InputError, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { presentedToken } from '../http/bearer.ts'
import { pathOf } from '../http/parameters.ts'
import type { CallerReader } from '../reading/resource-callers.ts'
import { callerRights } from './caller-rights.ts'
import { ADMIN_PREFIX, type DeclaredRoute } from './framework/admin-route.ts'
import { type IdempotencyDeps, idempotency } from './framework/idempotency.ts'
import { etagOf } from './framework/preconditions.ts'
import { sendProblems } from './framework/problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of the admin API; set before any of its handlers runs. */
    admin: AccessTokenClaims | undefined
  }
}

export interface AdminGuardDeps extends IdempotencyDeps {
  readonly issuer: string
  readonly readCaller: CallerReader
}

/** Guards every route that is added to this context from now on; gives the list of them, which grows with each. */
export function guardAdmin(app: FastifyInstance, deps: AdminGuardDeps): readonly DeclaredRoute[] {
  const routes: DeclaredRoute[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    const declared = config?.admin
    if (!declared) throw new Error(`${method} ${url} is no declared route of the admin API`)
    // Fastify adds HEAD to every GET.
    if (!routes.includes(declared)) routes.push(declared)
  })
  app.decorateRequest('admin', undefined)
  app.setErrorHandler(sendProblems(deps))
  app.addHook('onRequest', async (request, reply) => {
    const claims = await deps.readCaller(presentedToken(request), request, reply)
    // `GET /users/import` is no user of that name: another method has that address for itself, and 405 says which.
    const path = pathOf(request.url)
    const isOther = routes.some((one) => ADMIN_PREFIX + one.path === path)
    if (isOther && request.routeOptions.url !== path) return reply.callNotFound()
    checkRoute(request, claims)
    request.admin = claims
    checkPreconditions(request)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.routeOptions.config.admin?.etag || reply.statusCode >= 300) return
    if (typeof payload === 'string') reply.header('etag', etagOf(payload))
  })
  // Behind the hook above: what is kept of an answer has its ETag.
  idempotency(app, deps)
  return routes
}

function checkRoute(request: FastifyRequest, claims: AccessTokenClaims): void {
  // The decision is made on the route that the router matched, never on the URL text.
  const route = request.routeOptions.url
  if (route === undefined || !callerRights(claims).allows(request.method, route)) {
    throw new OAuthError('insufficient_scope', 'route_not_granted')
  }
}

/** A condition that nobody looks at must not pass as one that holds. */
function checkPreconditions({ headers, routeOptions, method }: FastifyRequest): void {
  const isAsked = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined
  if (!isAsked || method === 'GET' || method === 'HEAD') return
  if (routeOptions.config.admin?.conditional) return
  throw new InputError('precondition-unknown', {
    received: 'If-Match or If-None-Match',
    expected: 'neither: this address compares no ETag',
  })
}
