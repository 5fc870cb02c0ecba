/** What is kept for callers who prove nothing: RFC 9126 section 2.3 (429), RFC 7591 section 5, RFC 8628 section 5.2. */
import { type Clock, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { Throttle } from '@latchkey/store'
import { networkOf } from '../people/network-of.ts'

/**
 * Of one network, which may be a whole mobile carrier: enough for its people, and a bound to what somebody who invents
 * requests makes the issuer remember.
 */
export const UNPROVEN_LIMITS = {
  /** Pushed requests of public clients live for five minutes and have 64 KB at most: 39 MB. */
  push: { limit: 600, windowSeconds: 300 },
  /** Requests of public devices live for ten minutes. User codes are guessed the more easily the more of them there are. */
  device: { limit: 100, windowSeconds: 600 },
  /** Clients that register without an initial access token stay until somebody deletes them. */
  registration: { limit: 20, windowSeconds: 3600 },
} as const

export type UnprovenPurpose = keyof typeof UNPROVEN_LIMITS

/**
 * Counts one that is about to be kept.
 * @param address `request.ip`
 * @throws OAuthError too_many_requests
 */
export type CountUnproven = (purpose: UnprovenPurpose, address: string) => Promise<void>

export function countUnproven(deps: { throttle: Throttle; clock: Clock }): CountUnproven {
  return async (purpose, address) => {
    const now = nowSeconds(deps.clock)
    const rule = UNPROVEN_LIMITS[purpose]
    const attempt = await deps.throttle.attempt(
      `unproven-${purpose}`,
      networkOf(address),
      rule,
      now,
    )
    if (attempt.kind === 'allowed') return
    throw new OAuthError('too_many_requests', `unproven_${purpose}`, {
      description: 'too many requests from this network; wait as long as Retry-After says',
      retryAfterSeconds: attempt.retryAfterSeconds,
    })
  }
}
