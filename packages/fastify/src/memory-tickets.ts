/** Tickets of a service that is one process: random texts, and what they stand for in memory. */
import type { Clock, Random } from '@latchkey/protocol'
import {
  type SocketTicket,
  type SocketTickets,
  TICKET_SECONDS,
  ticketText,
} from './socket-ticket.ts'

/** About 60 MB when every one stands for a token of 4 KB. */
const MOST_TICKETS = 10_000
/** More than any page opens in half a minute. Beyond that the caller's own oldest one goes. */
const MOST_OF_ONE_CALLER = 16

interface Kept {
  readonly ticket: SocketTicket
  readonly caller: string
  readonly expiresAtMs: number
}

export function memoryTickets(deps: {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly random: Random
}): SocketTickets {
  const { clock, random } = deps
  /** In the order of their expiry, which is that of their issue. */
  const kept = new Map<string, Kept>()
  const ofCaller = new Map<string, Set<string>>()

  function forget(text: string): void {
    const { caller } = kept.get(text) ?? {}
    kept.delete(text)
    if (caller === undefined) return
    const own = ofCaller.get(caller)
    own?.delete(text)
    if (own?.size === 0) ofCaller.delete(caller)
  }

  function forgetExpired(): void {
    for (const [text, { expiresAtMs }] of kept) {
      if (expiresAtMs > clock.monotonicMs()) break
      forget(text)
    }
  }

  return {
    issue: (ticket, caller) => {
      forgetExpired()
      const [oldest] = ofCaller.get(caller) ?? []
      if (oldest !== undefined && ofCaller.get(caller)?.size === MOST_OF_ONE_CALLER) forget(oldest)
      if (kept.size >= MOST_TICKETS) return undefined
      const text = ticketText(random.bytes(32))
      kept.set(text, { ticket, caller, expiresAtMs: clock.monotonicMs() + TICKET_SECONDS * 1000 })
      ofCaller.set(caller, (ofCaller.get(caller) ?? new Set()).add(text))
      return text
    },
    spend: (text) => {
      const found = kept.get(text)
      forget(text)
      return found && found.expiresAtMs > clock.monotonicMs() ? found.ticket : undefined
    },
  }
}
