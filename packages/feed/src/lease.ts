/** The issuer's promise "you are up to date", and when it ends: docs/architecture.md. */
import type { Clock } from '@latchkey/protocol'

/** A small step back of the wall clock (time synchronisation) is no reason to distrust it. */
const WALL_STEP_BACK_MS = 1000

/** Requests leave every T/5: an answer to one that is older than these would grant nothing any more. */
const REMEMBERED_REQUESTS = 16

export interface Lease {
  /**
   * Milliseconds for which the lease is still good. 0 or less: it is over, for that long. -Infinity: there never was one,
   * or the wall clock has gone back behind it. `nowMs` is the wall clock, when the caller has read it already.
   */
  remainingMs(nowMs?: number): number
}

/** When a request left this process, on both clocks. */
export interface LeaseRequest {
  readonly sentAtMonotonicMs: number
  readonly sentAtMs: number
}

export interface LeaseKeeper extends Lease {
  /** Notes a request that is sent now. Its number was never used before. */
  request(): number
  /**
   * The request that an answer belongs to; undefined when there was none. An answer that is replayed says nothing new, as
   * the lease counts from the request.
   */
  requestOf(id: number): LeaseRequest | undefined
  /** The connection is gone: what is answered on it no longer counts. */
  forgetRequests(): void
  /** Ends the lease at sent - age + ttl, unless that is sooner than what was promised before. */
  extend(request: LeaseRequest, ageMs: number, ttlMs: number): void
  /** There is no lease any more. */
  drop(): void
}

/**
 * The lease is over when either clock says so: the monotonic one stands still while the host is suspended, the wall clock
 * may be set. Counting from the moment of sending means that a slow network can only make it end sooner.
 */
export function leaseKeeper(clock: Clock): LeaseKeeper {
  const requests = new Map<number, LeaseRequest>()
  let lastId = 0
  let endsAtMonotonicMs = -Infinity
  let endsAtMs = -Infinity
  let startsAtMs = Infinity

  return {
    remainingMs: (nowMs = clock.nowMs()) => {
      if (nowMs < startsAtMs) return -Infinity
      return Math.min(endsAtMonotonicMs - clock.monotonicMs(), endsAtMs - nowMs)
    },
    request: () => {
      lastId += 1
      requests.set(lastId, { sentAtMonotonicMs: clock.monotonicMs(), sentAtMs: clock.nowMs() })
      requests.delete(lastId - REMEMBERED_REQUESTS)
      return lastId
    },
    requestOf: (id) => requests.get(id),
    forgetRequests: () => requests.clear(),
    extend: (request, ageMs, ttlMs) => {
      const end = request.sentAtMonotonicMs - ageMs + ttlMs
      if (end <= endsAtMonotonicMs) return
      endsAtMonotonicMs = end
      endsAtMs = request.sentAtMs - ageMs + ttlMs
      startsAtMs = request.sentAtMs - WALL_STEP_BACK_MS
    },
    drop: () => {
      endsAtMonotonicMs = -Infinity
      endsAtMs = -Infinity
      startsAtMs = Infinity
    },
  }
}
