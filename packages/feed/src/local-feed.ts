/** A feed without a network: for a process that holds keys and log itself, and for tests and benchmarks. */
import {
  type Clock,
  type EntriesMessage,
  type FeedKey,
  type FeedPosition,
  type LogEntry,
  systemClock,
} from '@latchkey/protocol'
import type { Feed, Numbering } from './feed.ts'
import { leaseKeeper } from './lease.ts'
import { revocationReplica } from './replica.ts'
import { subscribers } from './subscribers.ts'

export interface LocalFeed extends Feed {
  setKeys(keys: readonly FeedKey[]): void
  /** Replaces a partition: what stood in the log at `position`. */
  setLog(position: FeedPosition, entries: readonly LogEntry[]): void
  /** The next entries of a partition. Throws `RangeError` when they do not follow on what is here: the caller has lost some. */
  append(message: Pick<EntriesMessage, 'epoch' | 'entries'>): void
  /** Says what the numbers of the routes mean that were published last: the answer to all questions so far. */
  setCatalogue(numbering: Omit<Numbering, 'answers'>): void
  /** Grants a lease that ends `ttlMs` from now: the caller has seen the end of the log at this moment. */
  lend(ttlMs: number): void
}

export function localFeed(clock: Clock = systemClock): LocalFeed {
  const replica = revocationReplica()
  const lease = leaseKeeper(clock)
  const { add, news } = subscribers()
  let keys: readonly FeedKey[] = []
  let questions = 0

  return {
    replica,
    lease,
    keys: () => keys,
    subscribe: add,
    setKeys: (now) => {
      keys = now
      news.keys(now)
    },
    setLog: (position, entries) => {
      replica.applySnapshot({ position, entries, first: true, more: false })
      news.replaced()
    },
    append: (message) => {
      const outcome = replica.applyEntries(message)
      if (outcome.kind === 'resync')
        throw new RangeError(`entries do not follow: ${outcome.reason}`)
      if (outcome.kind === 'applied') news.applied(outcome.entries)
    },
    lend: (ttlMs) => {
      lease.extend({ sentAtMonotonicMs: clock.monotonicMs(), sentAtMs: clock.nowMs() }, 0, ttlMs)
      if (lease.remainingMs() > 0) news.leased()
    },
    publishRoutes: () => ++questions,
    askCatalogue: () => ++questions,
    setCatalogue: ({ numbers, heads }) => news.catalogue({ answers: questions, numbers, heads }),
    answerRefused: () => {},
    status: () => ({
      connected: true,
      positions: replica.positions(),
      reconnects: 0,
      lastFailure: undefined,
    }),
    close: () => Promise.resolve(),
  }
}
