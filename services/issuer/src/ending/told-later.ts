/**
 * A change of rights, or of who is let in, is in the directory before the log tells it. When the log cannot take the entry, the caller
 * hears of it, but asking again may change nothing and so tell nothing: tokens would keep what was taken away. Therefore
 * this process goes on until the entry is written. Whoever ends a session, a token or a key asks again, and that ends it.
 */
import {
  type Actor,
  type EndReason,
  type EndTarget,
  type Scheduler,
  StoreUnavailable,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { End } from './end.ts'

/** Leases are not given before the store is back either, and it takes longer than this until all have one again. */
const PAUSE_MS = 500

const FOLLOW_CHANGES: ReadonlySet<EndTarget['kind']> = new Set([
  'stale',
  'user',
  'client',
  'service',
])

export interface ToldLaterDeps {
  readonly store: { readonly log: Pick<Store['log'], 'head'> }
  readonly scheduler: Scheduler
}

export function toldLater(
  end: End,
  { store, scheduler }: ToldLaterDeps,
): { readonly end: End; stop(): void } {
  /** By target: one entry says as much as two. */
  const untold = new Map<string, readonly [EndTarget, EndReason, Actor]>()
  let callOff: (() => void) | undefined

  async function tellAll(): Promise<void> {
    // Each end that fails leaves a record, so it is looked first whether the store is back.
    await store.log.head(0)
    for (const [name, one] of untold) {
      untold.delete(name)
      await told(...one)
    }
  }

  const told: End = async (target, reason, actor) => {
    try {
      return await end(target, reason, actor)
    } catch (error) {
      // Whatever else is wrong would be wrong again.
      if (FOLLOW_CHANGES.has(target.kind) && error instanceof StoreUnavailable) {
        untold.set(JSON.stringify(target), [target, reason, actor])
        arm()
      }
      throw error
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

  return { end: told, stop: () => callOff?.() }
}
