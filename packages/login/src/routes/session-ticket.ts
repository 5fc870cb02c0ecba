/** POST /login/session-ticket: a page of this app asks for its ticket to the issuer's session events. */
import type { FastifyInstance } from 'fastify'
import { isSameOriginPost } from '../fetch-metadata.ts'
import { LOGIN_LIMITS } from '../limits.ts'
import type { RequestSessions } from '../request-sessions.ts'
import type { TicketFor } from '../session-tickets.ts'
import type { Settings } from '../settings.ts'
import { PUBLIC_ROUTE } from './public-route.ts'

export interface SessionTicketDeps {
  readonly settings: Pick<Settings, 'baseUrl' | 'paths'>
  readonly sessions: Pick<RequestSessions, 'load' | 'end'>
  readonly ticketFor: TicketFor
}

export function sessionTicketRoute(scope: FastifyInstance, deps: SessionTicketDeps): void {
  const { settings, sessions, ticketFor } = deps
  scope.route({
    ...PUBLIC_ROUTE,
    method: 'POST',
    url: settings.paths.sessionTicket,
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store')
      if (!isSameOriginPost(request.headers, settings.baseUrl)) {
        return await reply.code(403).send({ error: 'cross_origin' })
      }
      const state = await sessions.load(request)
      if (state.kind !== 'living') return await reply.code(401).send({ error: 'signed_out' })
      const outcome = await ticketFor(state.session)
      switch (outcome.kind) {
        case 'issued':
          return await reply.send(outcome.ticket)
        case 'over':
          request.log.info('session over')
          // An access token alone may only have expired: whether its session lives, the next request shows.
          if (state.session.refreshToken !== undefined) sessions.end(request, reply)
          return await reply.code(401).send({ error: 'session_ended' })
        case 'unavailable': {
          request.log.warn({ reason: outcome.reason }, 'no session ticket: issuer unavailable')
          reply.code(503).header('retry-after', String(LOGIN_LIMITS.issuerPauseSeconds))
          return await reply.send({ error: 'temporarily_unavailable' })
        }
      }
    },
  })
}
