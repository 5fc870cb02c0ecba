/** What a route that takes its token from the URL does to keep it from spreading: RFC 6750 sections 2.3 and 5.3. */
import type { FastifyRequest, onSendHookHandler, RouteOptions } from 'fastify'

/** Adds the headers to every answer of the route and takes the token out of the URL that is logged. */
export function protectUrlToken(route: RouteOptions): void {
  const own = route.onSend ?? []
  // Last, so that a handler that wants its answer cached does not win.
  route.onSend = [...(Array.isArray(own) ? own : [own]), keepPrivate]
  const serializers: object = Object.create(route.logSerializers ?? null)
  route.logSerializers = Object.assign(serializers, { req: describeRequest })
}

const keepPrivate: onSendHookHandler = (_request, reply, payload, done) => {
  reply.header('cache-control', 'private, no-store').header('referrer-policy', 'no-referrer')
  done(null, payload)
}

/** Stands in for the app's own serializer on these routes: that one would write the URL as it came. */
function describeRequest(request: FastifyRequest) {
  return {
    method: request.method,
    url: redactUrl(request.url),
    host: request.host,
    remoteAddress: request.ip,
    remotePort: request.socket?.remotePort,
  }
}

/** The URL with every `access_token` replaced, however its name is spelt (`access%5Ftoken`). */
function redactUrl(url: string): string {
  const mark = url.indexOf('?')
  if (mark === -1) return url
  const parameters = url
    .slice(mark + 1)
    .split('&')
    .map((part) => (new URLSearchParams(part).has('access_token') ? 'access_token=REDACTED' : part))
  return `${url.slice(0, mark)}?${parameters.join('&')}`
}
