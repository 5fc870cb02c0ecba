/** GET /session/events: what a page hears about its session, by WebSocket or by polling. docs/protocol/session-events.md */
import type { WebSocket } from '@fastify/websocket'
import {
  OAuthError,
  type Scheduler,
  SESSION_SUBPROTOCOL,
  type SessionMessage,
  TICKET_SUBPROTOCOL,
} from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bounded, parseParameters, queryOf } from '../http/parameters.ts'
import { singleHeader } from '../http/single-header.ts'
import {
  type AdmitPageDeps,
  type AdmittedPage,
  admitPage,
  checkRoom,
} from '../session-events/admit-page.ts'
import { ended } from '../session-events/entry-news.ts'
import { PAGE_LIMITS } from '../session-events/limits.ts'
import { type PageSocket, pageSocket } from '../session-events/page-socket.ts'
import type { SessionEvents } from '../session-events/session-events.ts'
import { POLL_TICKET_SECONDS, type SessionTickets } from '../session-events/session-tickets.ts'

export const SESSION_EVENTS_PATH = '/session/events'

export interface SessionEventsEndpointDeps extends AdmitPageDeps {
  readonly events: SessionEvents
  readonly tickets: SessionTickets
  readonly scheduler: Scheduler
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who opens /session/events; set before the upgrade. */
    sessionPage: AdmittedPage | undefined
  }
}

export function sessionEventsEndpoint(deps: SessionEventsEndpointDeps) {
  return async (app: FastifyInstance) => {
    const open = new Set<PageSocket>()
    app.decorateRequest('sessionPage', undefined)
    app.route({
      method: 'GET',
      url: SESSION_EVENTS_PATH,
      // HEAD would spend the ticket.
      exposeHeadRoute: false,
      config: { cors: true },
      // Before the 101: who may not listen never gets a socket. Cookies mean nothing here.
      preValidation: async (request) => {
        const page = await admitPage(ticketOf(request), singleHeader(request, 'origin'), deps)
        checkRoom(deps.events, page.sid)
        request.sessionPage = page
      },
      handler: async (request, reply) => await poll(request, reply, deps),
      wsHandler: (socket, request) => {
        socket.on('error', (error) => request.log.info({ err: error }, 'page socket failed'))
        const one = pageSocket(socket, request.raw, deps.scheduler)
        open.add(one)
        socket.once('close', () => open.delete(one))
        listen(socket, one, request.sessionPage, deps)
      },
    })
    app.addHook('preClose', async () => {
      for (const one of open) one.leave()
    })
  }
}

/** The ticket never stands in the URL: subprotocol of a WebSocket, otherwise `Authorization: Ticket`. */
function ticketOf(request: FastifyRequest): string {
  if (request.ws) {
    const offered = request.headers['sec-websocket-protocol']?.split(/ *, */) ?? []
    const [ticket, ...more] = offered.filter((name) => name.startsWith(TICKET_SUBPROTOCOL))
    if (offered.includes(SESSION_SUBPROTOCOL) && ticket !== undefined && more.length === 0) {
      return ticket.slice(TICKET_SUBPROTOCOL.length)
    }
    throw new OAuthError('invalid_request', 'not_a_session_upgrade', {
      description: `offer the subprotocols ${SESSION_SUBPROTOCOL} and ${TICKET_SUBPROTOCOL}<ticket>`,
    })
  }
  const [, ticket] = /^ticket +(\S+)$/i.exec(singleHeader(request, 'authorization') ?? '') ?? []
  if (ticket !== undefined) return ticket
  throw new OAuthError('invalid_token', 'session_ticket_missing')
}

function listen(
  socket: WebSocket,
  one: PageSocket,
  page: AdmittedPage | undefined,
  { events }: Pick<SessionEventsEndpointDeps, 'events'>,
): void {
  if (page === undefined) {
    socket.terminate()
  } else if (page.found === undefined) {
    one.tell(ended(events.reasonOf(page, page.partition)))
  } else {
    const since = page.ticket.since ?? page.found.rev
    socket.once('close', events.join({ ...page, since, tell: one.tell }, page.found.session))
  }
}

/** The same messages as one answer, and the ticket of the next poll. `wait` holds it back until there is something to tell. */
async function poll(request: FastifyRequest, reply: FastifyReply, deps: SessionEventsEndpointDeps) {
  const page = request.sessionPage as AdmittedPage
  const waitSeconds = waitOf(request)
  const { found, ticket, sid, sub, clientId } = page
  if (found === undefined) return { messages: [ended(deps.events.reasonOf(page, page.partition))] }
  const since = ticket.since ?? found.rev
  const messages = await collect({ ...page, since }, found.session, waitSeconds, reply, deps)
  if (messages.some(({ t }) => t === 'ended')) return { messages }
  const next = { clientId, sid, sub, since: deps.events.reached(since) }
  const seconds = POLL_TICKET_SECONDS
  return { messages, ticket: await deps.tickets.issue(next, seconds), expires_in: seconds }
}

function collect(
  page: Omit<Parameters<SessionEvents['join']>[0], 'tell'>,
  session: Parameters<SessionEvents['join']>[1],
  waitSeconds: number,
  reply: FastifyReply,
  { events, scheduler }: Pick<SessionEventsEndpointDeps, 'events' | 'scheduler'>,
): Promise<SessionMessage[]> {
  return new Promise((resolve) => {
    const messages: SessionMessage[] = []
    let settle = () => {}
    const tell = (message: SessionMessage) => {
      messages.push(message)
      if (message.t === 'ended' || message.t === 'changed') settle()
    }
    const leave = events.join({ ...page, tell }, session)
    const cancel = scheduler.after(waitSeconds * 1000, () => settle())
    settle = () => {
      cancel()
      leave()
      resolve(messages)
    }
    // Whoever hangs up is not waited for.
    reply.raw.once('close', () => settle())
    if (waitSeconds === 0 || messages.some(({ t }) => t === 'ended' || t === 'changed')) settle()
  })
}

function waitOf(request: FastifyRequest): number {
  const text = bounded(parseParameters(queryOf(request.raw.url ?? '')), 'wait', 2) ?? '0'
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (seconds <= PAGE_LIMITS.pollSeconds) return seconds
  throw new OAuthError('invalid_request', 'wait_malformed', {
    description: `wait is 0 to ${PAGE_LIMITS.pollSeconds} seconds`,
  })
}
