import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ADMIN_PREFIX } from '../admin/framework/admin-route.ts'
import { sendProblem } from '../admin/framework/problem.ts'
import { errorPage } from '../pages/error-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { ScimError, sendFault } from '../scim/scim-error.ts'
import { SCIM_PREFIX } from '../scim/scim-type.ts'
import { pathOf } from './parameters.ts'

export interface UnknownRoutesDeps {
  readonly issuer: string
  readonly locale: PageLocale
}

/**
 * What no route answers: 405 with `Allow` where the address is known with other methods (RFC 9110 section 15.5.6), otherwise
 * 404, as a page for people. Called before the routes are added. Nothing of the request is repeated.
 */
export function unknownRoutes(app: FastifyInstance, deps: UnknownRoutesDeps): void {
  const known = new Map<string, string[]>()
  app.addHook('onRoute', ({ method, url }) => {
    known.set(url, [...(known.get(url) ?? []), ...[method].flat()])
  })
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url)
    // An address of its own goes before one with a parameter, as it does for the router.
    const url = known.has(path) ? path : [...known.keys()].find((one) => isAt(path, one))
    if (url !== undefined) {
      reply.code(405).header('allow', [...new Set(known.get(url))].join(', '))
    } else {
      reply.code(404)
    }
    if (isAdmin(path)) {
      const code = url === undefined ? 'no-such-address' : 'method-not-allowed'
      return sendProblem({ code }, deps.issuer, request, reply)
    }
    const isPerson = request.headers.accept?.includes('text/html')
    const error_description =
      url === undefined
        ? 'there is nothing at this address'
        : 'Allow names the methods of this address'
    if (path.startsWith(`${SCIM_PREFIX}/`)) {
      return sendFault(reply, new ScimError(undefined, error_description, reply.statusCode))
    }
    if (!isPerson) return reply.send({ error: 'invalid_request', error_description })
    const kind = url === undefined ? 'not-found' : 'request'
    return reply.headers(pageHeaders()).send(errorPage({ locale: deps.locale(request), kind }))
  })
}

function isAdmin(path: string): boolean {
  return path === ADMIN_PREFIX || path.startsWith(`${ADMIN_PREFIX}/`)
}

function isAt(path: string, pattern: string): boolean {
  const [segments, expected] = [path.split('/'), pattern.split('/')]
  return (
    segments.length === expected.length &&
    expected.every((text, i) => text === segments[i] || text.startsWith(':'))
  )
}

/** Request targets that the router cannot read: broken percent-encoding, a parameter that is too long. */
export function unreadableTarget(issuer: string) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = error.statusCode ?? 400
    if (isAdmin(request.url.slice(0, ADMIN_PREFIX.length + 1).replace(/\/$/, ''))) {
      void sendProblem({ code: 'invalid_request', status }, issuer, request, reply)
      return
    }
    void reply
      .code(status)
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send('{"error":"invalid_request"}')
  }
}
