import type { Feed } from '@latchkey/feed'
import {
  type AccessTokenClaims,
  type Clock,
  LIMITS,
  nowSeconds,
  type Scheduler,
  systemClock,
  systemScheduler,
} from '@latchkey/protocol'
import { checkOptions } from './check-options.ts'
import { decide } from './decide.ts'
import { keyRing } from './key-ring.ts'
import { numbering } from './numbering.ts'
import { positionWaiters } from './position-waiters.ts'
import { STALE } from './refusal.ts'
import { refusedMemory } from './refused-memory.ts'
import { olderThanRoute, rights } from './rights.ts'
import { routeBook } from './route-book.ts'
import { tokenCache } from './token-cache.ts'
import type {
  Verification,
  Verifier,
  VerifierLog,
  VerifierOptions,
  VerifierStatus,
} from './verifier.ts'
import { watchers } from './watchers.ts'

export interface VerifierParts
  extends Pick<
    VerifierOptions,
    'issuer' | 'service' | 'cacheTokens' | 'clockSkewSeconds' | 'rememberRefused' | 'log'
  > {
  /** Where keys, entries and leases come from. Closed together with the verifier. */
  readonly feed: Feed
  readonly clock?: Clock
  readonly scheduler?: Scheduler
}

const CACHE_TOKENS = 20_000
const REMEMBER_REFUSED = 500
const SILENCE: VerifierLog = { info: () => {}, warn: () => {} }

/**
 * A verifier on a feed that exists already: `createVerifier` makes one over the network, tests and benchmarks a local one.
 * Throws `InputError` for options that cannot work.
 */
export function verifierFrom(parts: VerifierParts): Verifier {
  checkOptions(parts)
  const { issuer, service, feed, cacheTokens = CACHE_TOKENS } = parts
  const { clock = systemClock, scheduler = systemScheduler, log = SILENCE } = parts
  const keys = keyRing({ ...parts, log })
  const cache = tokenCache(cacheTokens)
  const book = routeBook()
  const numbers = numbering(feed, clock)
  const waiting = positionWaiters(scheduler)
  const watching = watchers({ service, replica: feed.replica, keys, clock, scheduler, log })
  const decideNow = decide({ feed, keys, cache, clock, numbering: numbers })
  const refused = refusedMemory(parts.rememberRefused ?? REMEMBER_REFUSED, { feed, clock })
  feed.answerRefused(refused.find)
  const isReached = ({ rev, routes }: AccessTokenClaims) =>
    feed.replica.covers(rev) && numbers.standing(routes) !== 'pending'
  const unsubscribe = feed.subscribe({
    keys: (now) => {
      if (!keys.replace(now)) return
      cache.clear()
      watching.lookAgain()
    },
    applied: (entries) => {
      waiting.advanced()
      watching.applied(entries)
    },
    replaced: () => {
      waiting.advanced()
      watching.lookAgain()
    },
    catalogue: (told) => {
      if (numbers.replace(told)) {
        book.number(told.numbers)
        cache.clear()
      }
      waiting.advanced()
    },
  })
  keys.replace(feed.keys())

  return {
    issuer,
    service,
    verify: (token, toleranceSeconds = 0) => decideNow(token, toleranceSeconds),
    verifyCurrent: async (token, toleranceSeconds = 0) => {
      const first = decideNow(token, toleranceSeconds)
      if (!isAhead(first)) return first
      const opened = keys.verify(token, nowSeconds(clock))
      if (opened.kind !== 'invalid') {
        await waiting.until(() => isReached(opened.claims), LIMITS.aheadWaitMs)
      }
      const second = decideNow(token, toleranceSeconds)
      // This verifier is behind: 503. To refuse would make the client fetch a token that is further ahead.
      return isAhead(second) ? STALE : second
    },
    may: rights({ cache, book, numbering: numbers }),
    isOlderThanRoute: olderThanRoute({ book, numbering: numbers }),
    publishRoutes: (now) => {
      feed.publishRoutes(now)
      book.publish(now)
      numbers.forget()
      // Answers are kept by the numbers that routes had until now.
      cache.clear()
    },
    watch: (claims, onEnd) => {
      const known = cache.of(claims)
      return watching.watch(claims, known ? [known.outcome.kid] : keys.kids(), onEnd)
    },
    noteRefused: refused.note,
    status: () => statusOf(feed, keys.list(), cache.size()),
    close: async () => {
      unsubscribe()
      watching.close()
      waiting.close()
      await feed.close()
    },
  }
}

function isAhead(verification: Verification): boolean {
  return verification.kind === 'invalid' && verification.reason === 'ahead'
}

function statusOf(
  { lease, replica, status }: Feed,
  keys: VerifierStatus['keys'],
  cachedTokens: number,
): VerifierStatus {
  const { connected, positions, reconnects } = status()
  return {
    connected,
    leaseMs: Math.max(0, Math.round(lease.remainingMs())),
    positions: positions.map(({ p, epoch, offset }) => ({ partition: p, epoch, offset })),
    keys,
    entries: replica.size(),
    cachedTokens,
    reconnects,
  }
}
