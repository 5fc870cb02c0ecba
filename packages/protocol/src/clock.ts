/** Where time comes from. Tests choose it; production uses `systemClock`. */
export interface Clock {
  /** Wall clock in milliseconds since 1970 (UTC). For `iat`, `exp` and records. */
  nowMs(): number
  /** Milliseconds since an arbitrary start, never goes back. For leases and timeouts. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** Wall clock in whole seconds since 1970, as `NumericDate` wants it (RFC 7519 section 2). */
export function nowSeconds(clock: Pick<Clock, 'nowMs'>): number {
  return Math.floor(clock.nowMs() / 1000)
}
