/** The decision about a token: docs/architecture.md. Synchronous, from memory, without an exception. */
import type { Feed } from '@latchkey/feed'
import type { Clock } from '@latchkey/protocol'
import type { KeyRing } from './key-ring.ts'
import type { Numbering } from './numbering.ts'
import { reasonOf, refusal, STALE } from './refusal.ts'
import type { CachedToken, TokenCache } from './token-cache.ts'
import type { Verification } from './verifier.ts'

export interface DecideDeps {
  readonly feed: Pick<Feed, 'replica' | 'lease'>
  readonly keys: Pick<KeyRing, 'verify'>
  readonly cache: TokenCache
  readonly numbering: Pick<Numbering, 'standing'>
  readonly clock: Pick<Clock, 'nowMs'>
}

export type Decide = (token: string, toleranceSeconds: number) => Verification

export function decide(deps: DecideDeps): Decide {
  const { keys, cache, clock, numbering } = deps
  const { replica, lease } = deps.feed

  /** Everything that may have changed since the last time: expiry and revocation. New keys and catalogues empty the cache. */
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
    const unread = numbering.standing(outcome.claims.routes)
    // A newer catalogue than this verifier's will be here soon; one that does not exist any more makes clients refresh, silently.
    if (unread === 'pending') return refusal('ahead')
    if (unread === 'foreign') return refusal('stale')
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
