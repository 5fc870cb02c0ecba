/** The decision about a token: docs/architecture.md. Synchronous, from memory, without an exception. */
import type { Feed } from '@latchkey/feed'
import type { Clock } from '@latchkey/protocol'
import type { KeyRing } from './key-ring.ts'
import { reasonOf, refusal, STALE } from './refusal.ts'
import type { CachedToken, TokenCache } from './token-cache.ts'
import type { Verification } from './verifier.ts'

export interface DecideDeps {
  readonly feed: Pick<Feed, 'replica' | 'lease'>
  readonly keys: Pick<KeyRing, 'verify'>
  readonly cache: TokenCache
  readonly clock: Pick<Clock, 'nowMs'>
}

export type Decide = (token: string, toleranceSeconds: number) => Verification

export function decide(deps: DecideDeps): Decide {
  const { keys, cache, clock } = deps
  const { replica, lease } = deps.feed

  /** Everything that may have changed since the last time: expiry and revocation. Keys: new ones empty the cache. */
  function decideAgain(cached: CachedToken, nowMs: number): Verification {
    if (nowMs >= cached.expiresAt * 1000) {
      cache.forget(cached)
      return refusal('expired')
    }
    const { version } = replica
    if (cached.liveAtVersion === version) return cached.outcome
    const { claims, kid } = cached.outcome
    const verdict = replica.judge(claims, kid)
    if (verdict !== 'live') {
      cache.forget(cached)
      return refusal(reasonOf(verdict))
    }
    cached.liveAtVersion = version
    return cached.outcome
  }

  function decideAnew(token: string, nowMs: number): Verification {
    const outcome = keys.verify(token, Math.floor(nowMs / 1000))
    if (outcome.kind === 'invalid') return refusal(outcome.fault)
    const verdict = replica.judge(outcome.claims, outcome.kid)
    if (verdict !== 'live') return refusal(reasonOf(verdict))
    cache.offer(token, outcome, replica.version)
    return outcome
  }

  return (token, toleranceSeconds) => {
    if (typeof token !== 'string') return refusal('malformed')
    const nowMs = clock.nowMs()
    // Without a lease nothing is known for certain, not even that a key is unknown: 503, never 401. Written so that NaN closes.
    const open = lease.remainingMs(nowMs) > -1000 * toleranceSeconds
    if (!open) return STALE
    const cached = cache.find(token)
    return cached ? decideAgain(cached, nowMs) : decideAnew(token, nowMs)
  }
}
