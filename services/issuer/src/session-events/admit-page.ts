/** Who may listen: a ticket, good once, shown by a page of the client that it was made for. */
import type { Clients } from '@latchkey/directory'
import { type Clock, nowSeconds, OAuthError, partitionOfSession } from '@latchkey/protocol'
import type { SessionStore } from '@latchkey/store'
import { pageOrigins } from './page-origins.ts'
import type { NamedPage } from './page-registry.ts'
import type { SessionEvents } from './session-events.ts'
import type { SessionTicket, SessionTickets } from './session-tickets.ts'

export interface AdmitPageDeps {
  readonly tickets: Pick<SessionTickets, 'spend'>
  readonly sessions: Pick<SessionStore, 'find'>
  readonly clients: Pick<Clients, 'find'>
  readonly clock: Clock
}

export type AdmittedPage = NamedPage & {
  readonly ticket: SessionTicket
  readonly partition: number
  /** Undefined: the session has ended meanwhile. */
  readonly found: Awaited<ReturnType<SessionStore['find']>>
}

/**
 * @throws OAuthError access_denied for the page of another origin; invalid_token for a ticket that is unknown, used or expired,
 *   or of a client that is gone
 */
export async function admitPage(
  text: string,
  origin: string | undefined,
  deps: AdmitPageDeps,
): Promise<AdmittedPage> {
  // Looked at first, so that no other page uses up the ticket by a mere mistake; whose page it is, only the ticket tells.
  if (origin === undefined || origin === 'null') throw foreign('origin_missing')
  const ticket = await deps.tickets.spend(text)
  if (ticket === undefined) throw new OAuthError('invalid_token', 'session_ticket_unknown')
  const { clientId, sid, sub } = ticket
  const partition = partitionOfSession(sid)
  if (partition === undefined) throw new OAuthError('invalid_token', 'session_ticket_malformed')
  // The session first: whatever happens to the client behind that position is told by its entry.
  const found = await deps.sessions.find(sid, nowSeconds(deps.clock))
  const client = await deps.clients.find(clientId)
  if (!client || client.disabled) throw new OAuthError('invalid_token', 'client_gone')
  if (!pageOrigins(client).includes(origin)) throw foreign('origin_not_registered')
  return { ticket, sid, sub, clientId, services: client.services, partition, found }
}

function foreign(reason: string): OAuthError {
  return new OAuthError('access_denied', reason, {
    description: 'the origin of the page is not one that its client is registered with',
  })
}

/** @throws OAuthError temporarily_unavailable */
export function checkRoom(events: Pick<SessionEvents, 'hasRoom'>, sid: string): void {
  if (events.hasRoom(sid)) return
  throw new OAuthError('temporarily_unavailable', 'too_many_pages', { retryAfterSeconds: 30 })
}
