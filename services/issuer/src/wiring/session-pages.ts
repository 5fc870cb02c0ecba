import type { Directory } from '@latchkey/directory'
import { type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { sessionEventsEndpoint } from '../endpoints/session-events.ts'
import { type SessionTicketDeps, sessionTicket } from '../endpoints/session-ticket.ts'
import { cors, corsOrigins } from '../http/cors.ts'
import { emptyForm } from '../http/empty-form.ts'
import { sendOAuthError } from '../http/oauth-errors.ts'
import { pageOrigins } from '../session-events/page-origins.ts'
import { type SessionEventsDeps, sessionEvents } from '../session-events/session-events.ts'
import { type SessionTickets, sessionTickets } from '../session-events/session-tickets.ts'

export interface SessionPagesDeps
  extends Omit<SessionTicketDeps, 'tickets' | 'store'>,
    Pick<SessionEventsDeps, 'tail'> {
  readonly store: Pick<Store, 'families' | 'sessions' | 'oneTime'>
  readonly directory: Pick<Directory, 'clients'>
  readonly random: Random
  readonly scheduler?: Scheduler | undefined
}

/** What keeps pages informed of their sessions: the tickets, which apps ask for, and the events, which their pages hear. */
export function sessionPages(deps: SessionPagesDeps) {
  const tickets = sessionTickets({ ...deps, oneTime: deps.store.oneTime })
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(sendOAuthError)
    await app.register(ticketsForApps(deps, tickets))
    await app.register(eventsForPages(deps, tickets))
  }
}

function ticketsForApps(deps: SessionPagesDeps, tickets: SessionTickets) {
  const { directory, clock } = deps
  return async (app: FastifyInstance): Promise<void> => {
    emptyForm(app)
    cors(app, { origins: corsOrigins({ clients: directory.clients, clock }) })
    await app.register(sessionTicket({ ...deps, tickets }))
  }
}

function eventsForPages(deps: SessionPagesDeps, tickets: SessionTickets) {
  const { store, directory, clock, scheduler = systemScheduler } = deps
  const { sessions } = store
  const { clients } = directory
  return async (app: FastifyInstance): Promise<void> => {
    // Read by the pages of apps that have registered no scripts, too.
    cors(app, { origins: corsOrigins({ clients, clock }, pageOrigins) })
    const events = sessionEvents({ ...deps, sessions, scheduler })
    const shared = { events, tickets, sessions, clients, clock, scheduler }
    await app.register(sessionEventsEndpoint(shared))
  }
}
