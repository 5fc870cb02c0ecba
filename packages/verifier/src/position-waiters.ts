import type { Feed } from '@latchkey/feed'
import type { RevClaim, Scheduler } from '@latchkey/protocol'

export interface PositionWaiters {
  /** Resolves when the replica has reached this place, at the latest after `timeoutMs`. */
  until(rev: RevClaim, timeoutMs: number): Promise<void>
  /** The replica has moved. */
  advanced(): void
  /** Nobody waits any longer. */
  close(): void
}

interface Waiter {
  readonly rev: RevClaim
  done(): void
}

/** Requests whose tokens are newer than what has been heard: woken by the feed, not by looking again and again. */
export function positionWaiters(
  replica: Pick<Feed['replica'], 'covers'>,
  scheduler: Scheduler,
): PositionWaiters {
  const waiters = new Set<Waiter>()
  let closed = false
  return {
    until: (rev, timeoutMs) => {
      if (closed || replica.covers(rev)) return Promise.resolve()
      return new Promise((resolve) => {
        const waiter: Waiter = {
          rev,
          done: () => {
            waiters.delete(waiter)
            cancel()
            resolve()
          },
        }
        const cancel = scheduler.after(timeoutMs, waiter.done)
        waiters.add(waiter)
      })
    },
    advanced: () => {
      for (const waiter of [...waiters]) if (replica.covers(waiter.rev)) waiter.done()
    },
    close: () => {
      closed = true
      for (const waiter of [...waiters]) waiter.done()
    },
  }
}
