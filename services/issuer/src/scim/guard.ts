/** SCIM is closed by the issuer's own tokens and a grant, as the admin API is: RFC 7644 section 2. */
import { OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { callerRights } from '../admin/caller-rights.ts'
import { presentedToken } from '../http/bearer.ts'
import { pathOf } from '../http/parameters.ts'
import type { CallerReader } from '../reading/resource-callers.ts'
import { sendScimError } from './scim-error.ts'

export interface ScimGuardDeps {
  readonly readCaller: CallerReader
}

/** Guards every route that is added to this context from now on. */
export function guardScim(app: FastifyInstance, deps: ScimGuardDeps): void {
  // The name that the parts know the caller by which this has in common with the admin API.
  app.decorateRequest('admin', undefined)
  app.setErrorHandler(sendScimError)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.granted) throw new Error(`${method} ${url} is not opened by a grant`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const claims = await deps.readCaller(presentedToken(request), request, reply)
    const route = request.routeOptions.url
    // `GET /Users/.search` is no user of that name.
    if (route?.endsWith('/:id') && pathOf(request.url).endsWith('/.search')) {
      return reply.callNotFound()
    }
    if (route === undefined || !callerRights(claims).allows(request.method, route)) {
      throw new OAuthError('insufficient_scope', 'route_not_granted', {
        description: `the caller needs a grant at the issuer: ${request.method} ${route}, or * /scim/v2/*`,
      })
    }
    request.admin = claims
  })
}
