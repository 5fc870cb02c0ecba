/** What was promised about each session, and every answer that was seen, held against it. */

export type BrokenPromise =
  | 'dead_token_accepted'
  | 'living_refused'
  | 'living_signed_out'
  | 'dead_session_refreshed'
  | 'not_recovered'

export interface Violation {
  readonly promise: BrokenPromise
  /** The fault during which, or after which, it was seen. */
  readonly fault: string
  readonly where: string
  /** In numbers: how late, which status. */
  readonly detail: string
}

export interface Session {
  readonly sid: string
  readonly audience: string
  accessToken: string
  refreshToken: string
  expiresAt: number
  /** An end was asked for: from now on nobody is sure that it lives. Monotonic milliseconds. */
  askedAtMs?: number
  /** `end` has returned. */
  endedAtMs?: number
  /** A refresh was lost for longer than the grace window, so the issuer may take the next one for a theft. */
  doubtful: boolean
}

export interface Seen {
  readonly session: Session
  /** Monotonic milliseconds. */
  readonly sentMs: number
  /** Wall clock when the answer was there. */
  readonly nowSeconds: number
  /** Undefined: no answer came. */
  readonly status: number | undefined
}

export interface Counts {
  requests: number
  accepted: number
  refused: number
  closed: number
  lost: number
  /** Requests with tokens whose end had been acknowledged more than T before. */
  lookedAtDead: number
}

export interface Ledger {
  readonly counts: Counts
  readonly violations: readonly Violation[]
  /** For each end: milliseconds from its acknowledgement to the last request that was sent and accepted. 0: none was. */
  readonly slowest: readonly {
    readonly audience: string
    readonly ms: number
    readonly fault: string
  }[]
  /** Names what is broken now. */
  during(fault: string): void
  saw(seen: Seen): void
  /** The issuer has refreshed it, asked after its end had been acknowledged. */
  refreshedDead(session: Session): void
  refusedRefresh(session: Session, error: string): void
  /** The issuer did not know it when it was to be ended. */
  unknown(session: Session): void
  notRecovered(where: string, detail: string): void
  ended(session: Session): void
}

/** A page of them says as much as all. */
const MOST_VIOLATIONS = 100

export function ledger(leaseMs: number): Ledger {
  const counts: Counts = {
    requests: 0,
    accepted: 0,
    refused: 0,
    closed: 0,
    lost: 0,
    lookedAtDead: 0,
  }
  const violations: Violation[] = []
  const slowest = new Map<Session, { audience: string; ms: number; fault: string }>()
  let fault = 'nothing'

  function broken(promise: BrokenPromise, where: string, detail: string): void {
    if (violations.length < MOST_VIOLATIONS) violations.push({ promise, fault, where, detail })
  }

  function judge({ session, sentMs, nowSeconds }: Seen, status: number): void {
    const { endedAtMs, askedAtMs, audience } = session
    const accepted = status >= 200 && status < 300
    if (endedAtMs !== undefined && sentMs > endedAtMs) {
      const sinceMs = Math.round(sentMs - endedAtMs)
      const late = sinceMs >= leaseMs
      if (late) counts.lookedAtDead += 1
      const known = slowest.get(session)
      if (accepted && known && sinceMs > known.ms) known.ms = sinceMs
      if (accepted && late) {
        broken('dead_token_accepted', audience, `${sinceMs} ms after its end, T is ${leaseMs} ms`)
      }
    }
    const expired = nowSeconds >= session.expiresAt - 5
    const lives = askedAtMs === undefined && !session.doubtful && !expired
    if (lives && (status === 401 || status === 403)) {
      broken('living_refused', audience, `status ${status}`)
    }
  }

  return {
    counts,
    violations,
    get slowest() {
      return [...slowest.values()]
    },
    during: (now) => {
      fault = now
    },
    saw: (seen) => {
      const { status } = seen
      counts.requests += 1
      if (status === undefined) counts.lost += 1
      else if (status >= 500) counts.closed += 1
      else if (status >= 200 && status < 300) counts.accepted += 1
      else counts.refused += 1
      if (status !== undefined) judge(seen, status)
    },
    refreshedDead: (session) => {
      broken('dead_session_refreshed', session.audience, 'after its end had been acknowledged')
    },
    refusedRefresh: (session, error) => {
      if (session.askedAtMs !== undefined || session.doubtful) return
      broken('living_signed_out', session.audience, error)
    },
    unknown: (session) => {
      broken('living_signed_out', session.audience, 'unknown when it was to be ended')
    },
    notRecovered: (where, detail) => broken('not_recovered', where, detail),
    ended: (session) => {
      slowest.set(session, { audience: session.audience, ms: 0, fault })
    },
  }
}
