/** Claims that something outlives a request with: told the moment they end. docs/architecture.md. */
import type { Feed } from '@latchkey/feed'
import type { AccessTokenClaims, Clock, EndReason, LogEntry, Scheduler } from '@latchkey/protocol'
import type { KeyRing } from './key-ring.ts'
import { reasonOf } from './refusal.ts'
import type { RefusalReason, VerifierLog } from './verifier.ts'
import { watcherIndex } from './watcher-index.ts'

/** `why`: what ended it, where the entry says so; for people to read, never to decide by. */
export type OnEnd = (reason: RefusalReason, why?: EndReason) => void

export interface Watchers {
  watch(claims: AccessTokenClaims, kids: readonly string[], onEnd: OnEnd): () => void
  /** These entries were applied: looks at the watchers that they name. */
  applied(entries: readonly LogEntry[]): void
  /** Everything may be otherwise now. */
  lookAgain(): void
  /** Stops all of them without a word. */
  close(): void
}

export interface WatchersDeps {
  readonly service: string
  readonly replica: Pick<Feed['replica'], 'judge'>
  readonly keys: Pick<KeyRing, 'has'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly scheduler: Scheduler
  readonly log: VerifierLog
}

interface Watched {
  readonly claims: AccessTokenClaims
  /** The key that signed, or those that may have. */
  readonly kids: readonly string[]
  readonly onEnd: OnEnd
  cancelTimer: () => void
}

export function watchers(deps: WatchersDeps): Watchers {
  const { clock, scheduler, log } = deps
  const index = watcherIndex<Watched>(deps.service)

  function forget(watched: Watched): boolean {
    watched.cancelTimer()
    return index.remove(watched)
  }

  function look(watched: Watched, entry?: LogEntry): void {
    const reason = whyEnded(deps, watched)
    if (reason === undefined || !forget(watched)) return
    try {
      watched.onEnd(reason, whySaid(reason, entry))
    } catch (error) {
      // One listener's fault must not keep the others from hearing.
      log.warn({ err: error, reason }, 'a watcher threw')
    }
  }

  /** At its second of expiry; a clock that was set back makes it wait again. */
  function expectExpiry(watched: Watched): void {
    const leftMs = watched.claims.exp * 1000 - clock.nowMs()
    if (leftMs <= 0) look(watched)
    else watched.cancelTimer = scheduler.after(leftMs, () => expectExpiry(watched))
  }

  return {
    watch: (claims, kids, onEnd) => {
      const watched: Watched = { claims, kids, onEnd, cancelTimer: () => {} }
      index.add(watched)
      expectExpiry(watched)
      look(watched)
      return () => {
        forget(watched)
      }
    },
    applied: (entries) => {
      for (const entry of entries) {
        for (const watched of index.concernedBy(entry)) look(watched, entry)
      }
    },
    lookAgain: () => {
      for (const watched of index.all()) look(watched)
    },
    close: () => {
      for (const watched of index.all()) forget(watched)
    },
  }
}

/** `ahead` is no end: a replica that starts over knows less for a moment. */
function whyEnded(
  { replica, keys, clock }: WatchersDeps,
  { claims, kids }: Watched,
): RefusalReason | undefined {
  if (clock.nowMs() >= claims.exp * 1000) return 'expired'
  for (const kid of kids) {
    const verdict = replica.judge(claims, kid)
    if (verdict !== 'live' && verdict !== 'ahead') return reasonOf(verdict)
  }
  return kids.some((kid) => keys.has(kid)) ? undefined : 'unknown_kid'
}

/** An entry speaks only for the end that it brought itself: a token may have expired in the same moment. */
function whySaid(reason: RefusalReason, entry: LogEntry | undefined): EndReason | undefined {
  if (entry === undefined || entry.k === 'none') return undefined
  return reasonOf(entry.k) === reason ? entry.r : undefined
}
