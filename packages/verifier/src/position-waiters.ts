import type { Scheduler } from '@latchkey/protocol'

export interface PositionWaiters {
  /** Resolves when this verifier has caught up, at the latest after `timeoutMs`. */
  until(isReached: () => boolean, timeoutMs: number): Promise<void>
  /** The feed has told something. */
  advanced(): void
  /** Nobody waits any longer. */
  close(): void
}

interface Waiter {
  isReached(): boolean
  done(): void
}

/** Requests whose tokens are newer than what has been heard: woken by the feed, not by looking again and again. */
export function positionWaiters(scheduler: Scheduler): PositionWaiters {
  const waiters = new Set<Waiter>()
  let closed = false
  return {
    until: (isReached, timeoutMs) => {
      if (closed || isReached()) return Promise.resolve()
      return new Promise((resolve) => {
        const waiter: Waiter = {
          isReached,
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
      for (const waiter of [...waiters]) if (waiter.isReached()) waiter.done()
    },
    close: () => {
      closed = true
      for (const waiter of [...waiters]) waiter.done()
    },
  }
}
