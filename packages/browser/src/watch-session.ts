/** Keeps a page informed of its session, from the issuer: docs/protocol/session-events.md. One file, which pages load as it is. */
import type { Page, PageSocket } from './page.ts'

export interface WatchSessionOptions {
  /** Where the page gets its ticket, by POST. Default `/login/session-ticket`, which `@latchkey/login` serves. */
  ticketUrl?: string
  /** The session has ended; called once, and nothing follows. `reason` as `admin` or `sign_out`; undefined when nobody knows any more. */
  onEnded?: (reason: string | undefined) => void
  /** Permissions may have changed: what the page shows may be out of date. */
  onChanged?: () => void
  /** The session ends then unless somebody uses it. */
  onExpiring?: (at: Date) => void
  /** Default: the page that this runs in. */
  page?: Page
}

export interface SessionWatch {
  /** No more calls, no connection, no timer. */
  stop(): void
}

interface Ticket {
  readonly ticket: string
  readonly events_endpoint: string
}

interface Message {
  readonly t: string
  readonly reason?: string
  readonly expires_at?: number
}

/** Longer than two pings of the issuer. */
const SILENCE_MS = 60_000
/** A page that nobody looks at for so long polls instead. */
const HIDDEN_MS = 60_000
const POLL_MS = 60_000
/** Failures in a row after which WebSocket counts as barred here, until the page is looked at again. */
const MOST_FAILURES = 3
const LONGEST_PAUSE_MS = 60_000

/** Begins to watch, and goes on over lost connections until the session ends or `stop` is called. */
export function watchSession(options: WatchSessionOptions = {}): SessionWatch {
  return new Watch(options)
}

class Watch implements SessionWatch {
  readonly #options: WatchSessionOptions
  readonly #page: Page
  #socket: PageSocket | undefined
  /** Counts attempts, so that the answers of one that was given up are not listened to. */
  #attempt = 0
  #failures = 0
  #polls = false
  #pollTicket: Ticket | undefined
  #timer: unknown
  #hiddenTimer: unknown
  #over = false

  constructor(options: WatchSessionOptions) {
    this.#options = options
    this.#page = options.page ?? (globalThis as unknown as Page)
    this.#page.document.addEventListener('visibilitychange', this.#look)
    this.#begin()
    if (this.#page.document.visibilityState !== 'visible') this.#look()
  }

  stop(): void {
    this.#over = true
    this.#disconnect()
    this.#page.clearTimeout(this.#hiddenTimer)
    this.#page.document.removeEventListener('visibilitychange', this.#look)
  }

  /** Seen again, it wants to know at once; unseen for a while, it costs the issuer no connection. */
  readonly #look = (): void => {
    const { document } = this.#page
    this.#page.clearTimeout(this.#hiddenTimer)
    if (document.visibilityState !== 'visible') {
      this.#hiddenTimer = this.#page.setTimeout(() => this.#choose(true), HIDDEN_MS)
    } else if (this.#polls || this.#socket === undefined) this.#choose(false)
  }

  #choose(polls: boolean): void {
    this.#polls = polls
    this.#failures = 0
    this.#disconnect()
    this.#begin()
  }

  #begin(): void {
    const mine = ++this.#attempt
    const goesOn = () => mine === this.#attempt && !this.#over
    const run = this.#polls ? this.#poll(goesOn) : this.#connect(goesOn)
    void run
      .catch(() => false)
      .then((worked) => {
        if (!worked && goesOn()) this.#again()
      })
  }

  /** False: not now. */
  async #connect(goesOn: () => boolean): Promise<boolean> {
    const ticket = await this.#ask()
    if (ticket === undefined || !goesOn()) return false
    const url = ticket.events_endpoint.replace(/^http/, 'ws')
    const offered = ['latchkey.session.v1', `latchkey.ticket.${ticket.ticket}`]
    const socket = new this.#page.WebSocket(url, offered)
    this.#socket = socket
    const lost = () => {
      this.#disconnect()
      this.#again()
    }
    // A line that is cut tells nobody: the issuer is never silent for so long.
    this.#later(SILENCE_MS, lost)
    socket.onclose = lost
    socket.onmessage = ({ data }) => {
      this.#failures = 0
      this.#later(SILENCE_MS, lost)
      this.#hear(JSON.parse(String(data)) as Message)
    }
    return true
  }

  async #poll(goesOn: () => boolean): Promise<boolean> {
    const shown = this.#pollTicket ?? (await this.#ask())
    this.#pollTicket = undefined
    if (shown === undefined || !goesOn()) return false
    const headers = { authorization: `Ticket ${shown.ticket}` }
    const answer = await this.#page.fetch(shown.events_endpoint, { headers, credentials: 'omit' })
    if (answer.status !== 200) return false
    const { messages, ticket } = (await answer.json()) as { messages: Message[]; ticket?: string }
    if (!goesOn()) return false
    this.#failures = 0
    if (ticket !== undefined) this.#pollTicket = { ...shown, ticket }
    for (const message of messages) this.#hear(message)
    if (goesOn()) this.#later(POLL_MS * (1 + this.#page.Math.random() / 4), () => this.#begin())
    return true
  }

  /** Undefined: not now. The app says 401 when nobody is signed in any more. */
  async #ask(): Promise<Ticket | undefined> {
    const { ticketUrl = '/login/session-ticket' } = this.#options
    const init = { method: 'POST', credentials: 'same-origin' } as const
    const answer = await this.#page.fetch(ticketUrl, init)
    if (answer.status === 401) this.#end(undefined)
    return answer.status === 200 ? ((await answer.json()) as Ticket) : undefined
  }

  #hear({ t, reason, expires_at: at = 0 }: Message): void {
    const { onChanged, onExpiring } = this.#options
    if (t === 'ended') this.#end(reason)
    else if (t === 'changed') onChanged?.()
    else if (t === 'expiring') onExpiring?.(new Date(at * 1000))
  }

  #end(reason: string | undefined): void {
    if (this.#over) return
    this.stop()
    this.#options.onEnded?.(reason)
  }

  /** Full jitter: pages that lost their connection together do not come back together. */
  #again(): void {
    this.#failures += 1
    if (this.#failures > MOST_FAILURES) this.#polls = true
    const most = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** this.#failures)
    this.#later(this.#page.Math.random() * most, () => this.#begin())
  }

  #disconnect(): void {
    this.#attempt += 1
    this.#page.clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  #later(ms: number, task: () => void): void {
    this.#page.clearTimeout(this.#timer)
    this.#timer = this.#page.setTimeout(task, ms)
  }
}
