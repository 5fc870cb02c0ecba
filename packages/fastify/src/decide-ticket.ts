/** An upgrade that shows a ticket: attack K4. */
import { type Asked, type JudgeDeps, judge, type Outcome } from './judge.ts'
import { provenance } from './same-origin.ts'
import type { SessionSource } from './session-source.ts'
import type { SocketTickets } from './socket-ticket.ts'

export type TicketFault =
  /** Not ours, expired, or used before. */
  | 'ticket_unknown'
  | 'ticket_of_other_route'
  /** The browser that shows it is signed in as another session. */
  | 'ticket_of_other_session'

export interface DecideTicketDeps extends JudgeDeps {
  session: SessionSource | undefined
  origins: ReadonlySet<string>
  /** Undefined: this service gives no tickets. */
  tickets: Pick<SocketTickets, 'spend'> | undefined
}

/** Spent before it is judged: whatever comes of it, it is good no second time. */
export async function decideTicket(
  deps: DecideTicketDeps,
  asked: Asked,
  text: string,
): Promise<Outcome> {
  // No page of another site can use up a ticket that it has only seen.
  if (provenance(asked.request.raw, deps.origins) === 'other') return { kind: 'cross_origin' }
  const ticket = await deps.tickets?.spend(text)
  if (ticket === undefined) return refusal('ticket_unknown')
  const { token, route } = ticket
  if (route !== undefined && route !== asked.pattern) return refusal('ticket_of_other_route')
  if (await isSignedInOtherwise(deps, asked, token)) return refusal('ticket_of_other_session')
  // Whoever asked for it has proven to hold the key of its token, if that is bound to one.
  return judge(deps, asked, { kind: 'token', token, scheme: 'Bearer', proven: true }, false)
}

/** A cookie is looked at only for what speaks against the ticket: the address of the socket may be one that gets none. */
async function isSignedInOtherwise(
  { session, verifier }: DecideTicketDeps,
  { request, reply }: Asked,
  token: string,
): Promise<boolean> {
  const ofCookie = await session?.accessToken(request, reply)
  if (ofCookie === undefined) return false
  const [one, other] = [verifier.verify(ofCookie), verifier.verify(token)]
  if (!('claims' in one && 'claims' in other)) return false
  return one.claims.sub !== other.claims.sub || one.claims.sid !== other.claims.sid
}

function refusal(reason: TicketFault): Outcome {
  return { kind: 'invalid_token', reason }
}
