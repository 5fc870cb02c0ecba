/** POST /latchkey/ticket: whoever shows a good token, or the session of an own page, gets a ticket that stands for exactly it. */
import { LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { CALLER_TOKEN } from './guard.ts'
import { CLOSED, ROUTE_SETTINGS } from './route-settings.ts'
import { TICKET_SECONDS } from './socket-ticket.ts'
import type { Ticketing } from './ticket-options.ts'

/**
 * It needs no grant, because a ticket gives no right: the upgrade looks for the right to its own route. Declared before the hook that
 * makes the catalogue.
 */
export function serveTickets(app: FastifyInstance, { path, tickets }: Ticketing): void {
  app.post<{ Querystring: { route?: unknown } }>(
    path,
    { config: { [ROUTE_SETTINGS]: { ...CLOSED, grantless: true } } },
    async (request, reply) => {
      const { caller, query } = request
      const token = request[CALLER_TOKEN]
      reply.header('cache-control', 'no-store')
      if (caller === undefined || token === undefined) throw new Error('the guard has not run')
      const { route } = query
      if (route !== undefined && !isPattern(route)) {
        return await reply.code(400).send({ error: 'invalid_request' })
      }
      // A machine has no session, and as many tokens as it likes.
      const whose = `${caller.sub} ${caller.sid ?? ''}`
      const ticket = tickets.issue({ token, route }, whose)
      if (ticket === undefined) {
        reply.code(503).header('retry-after', '1')
        return await reply.send({ error: 'temporarily_unavailable' })
      }
      return await reply.send({ ticket, expires_in: TICKET_SECONDS })
    },
  )
}

function isPattern(route: unknown): route is string {
  return typeof route === 'string' && route.length <= LIMITS.routePatternChars
}
