/** What a page shows to hear about its session: a text that is good once, and soon not at all. */
import { type Clock, nowSeconds, type Position, type Random } from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'

/** Whose session, and which client's page. */
export interface SessionTicket {
  readonly clientId: string
  readonly sid: string
  readonly sub: string
  /** What the page has heard everything up to: of one that polls, so that it misses nothing in between. */
  readonly since?: Position
}

/** Long enough to open a connection. */
export const TICKET_SECONDS = 30
/** Of a ticket that a poll is answered with: browsers run the timers of hidden pages once a minute. */
export const POLL_TICKET_SECONDS = 180

export interface SessionTickets {
  issue(ticket: SessionTicket, seconds: number): Promise<string>
  /** What it stands for, for the first who asks; undefined when it is not ours, expired or used. */
  spend(text: string): Promise<SessionTicket | undefined>
}

const PURPOSE = 'session-ticket'
/** 256 random bits. */
const SHAPE = /^[A-Za-z0-9_-]{43}$/

export function sessionTickets(deps: {
  readonly oneTime: Pick<OneTimeStore, 'put' | 'take'>
  readonly clock: Clock
  readonly random: Random
}): SessionTickets {
  const { oneTime, clock, random } = deps
  return {
    issue: async (ticket, seconds) => {
      const text = random.bytes(32).toString('base64url')
      await oneTime.put(PURPOSE, text, JSON.stringify(ticket), seconds, nowSeconds(clock))
      return text
    },
    spend: async (text) => {
      // Garbage never reaches the store.
      if (!SHAPE.test(text)) return undefined
      const value = await oneTime.take(PURPOSE, text, nowSeconds(clock))
      return value === undefined ? undefined : (JSON.parse(value) as SessionTicket)
    },
  }
}
