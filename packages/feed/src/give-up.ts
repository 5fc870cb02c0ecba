import { LIMITS } from '@latchkey/protocol'

export interface RoundFacts {
  readonly nowMs: number
  /** By how much this round is late. */
  readonly lateMs: number
  /** When anything last came from the other side: a frame, a pong. */
  readonly heardAtMs: number
  /** When a good lease last came, or when the connection was joined. */
  readonly leasedAtMs: number
  readonly joined: boolean
  /** T. */
  readonly ttlMs: number
}

/** Connecting, TLS and reading the keys, before anything can be expected every T/5. */
const JOIN_MS = LIMITS.leaseMs

/**
 * Why a connection is of no more use, if it is not; looked at every T/5, all times on the monotonic clock. A dead link (attack
 * K20) is noticed after T/2, so that half a lease is left for reconnecting. An issuer that lives but grants no lease for a
 * whole T may be cut off from its store: another one may do better.
 */
export function whyGiveUp(facts: RoundFacts): string | undefined {
  const { nowMs, ttlMs } = facts
  // A process that was busy has not read what may have arrived: it looks again next time.
  if (facts.lateMs > ttlMs / 5) return undefined
  const silentMs = nowMs - facts.heardAtMs
  if (!facts.joined) return silentMs > JOIN_MS ? 'the issuer does not answer' : undefined
  if (silentMs > ttlMs / 2) return 'nothing heard for half a lease'
  return nowMs - facts.leasedAtMs > ttlMs ? 'the issuer grants no lease' : undefined
}
