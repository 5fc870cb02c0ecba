/**
 * A change of rights is in the directory before the log tells it. When the log cannot take the entry, the caller hears of it, but asking
 * again would change nothing and so tell nothing: tokens would keep what was taken away. Therefore this process goes on until
 * the entry is written. Whoever ends something else asks again, and that ends it.
 */
import {
  type Actor,
  type Clock,
  type EndReason,
  nowSeconds,
  type Scheduler,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { type End, type Ender, entryExpiresAt } from './end.ts'

/** Leases are not given before the store is back either, and it takes longer than this until all have one again. */
const PAUSE_MS = 500

export interface ToldLaterDeps {
  readonly store: { readonly log: Pick<Store['log'], 'end'> }
  readonly clock: Clock
  readonly scheduler: Scheduler
}

interface Untold {
  readonly reason: EndReason
  readonly actor: Actor
}

export function toldLater(
  { end, concludeEnd }: Ender,
  { store, clock, scheduler }: ToldLaterDeps,
): { readonly end: End; stop(): void } {
  /** By what it is about: one entry says as much as two. */
  const untold = new Map<string, Untold>()
  let callOff: (() => void) | undefined

  async function tellAll(): Promise<void> {
    for (const [about, { reason, actor }] of untold) {
      const target = { kind: 'stale', about } as const
      const now = nowSeconds(clock)
      const outcome = await store.log.end(target, {
        reason,
        now,
        entryExpiresAt: entryExpiresAt(now),
      })
      untold.delete(about)
      await concludeEnd(target, reason, actor, outcome)
    }
  }

  function arm(): void {
    callOff ??= scheduler.after(PAUSE_MS, () => {
      callOff = undefined
      // Still away: those that are left stay.
      tellAll().catch(() => {
        if (untold.size > 0) arm()
      })
    })
  }

  return {
    end: async (target, reason, actor) => {
      try {
        return await end(target, reason, actor)
      } catch (error) {
        if (target.kind === 'stale') {
          untold.set(target.about, { reason, actor })
          arm()
        }
        throw error
      }
    },
    stop: () => callOff?.(),
  }
}
