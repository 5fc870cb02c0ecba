/** Tells what was noted with a change and not told: its process has died, or the store was away (docs/architecture.md). */
import type { Directory, UntoldEnd } from '@latchkey/directory'
import { type Clock, nowSeconds, type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { heldUntil } from './ending-change.ts'
import type { TellEnd } from './tell-end.ts'

export interface UntoldTeller {
  /** Looks at once, and from then on again and again. */
  start(): void
  /** Resolves when nothing is being told any more. */
  stop(): Promise<void>
}

export interface UntoldTellerDeps {
  readonly untoldEnds: Pick<Directory['untoldEnds'], 'areWaiting' | 'claim'>
  readonly store: { readonly log: Pick<Store['log'], 'head'> }
  readonly tell: TellEnd
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
}

/** A look is one read of an index. */
const PAUSE_MS = 1000
/** Told well within the time for which they are held. */
const MOST_AT_ONCE = 50

export function untoldTeller(deps: UntoldTellerDeps): UntoldTeller {
  let callOff: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()
  let isOver = false

  async function look(): Promise<void> {
    const now = nowSeconds(deps.clock)
    if (!(await deps.untoldEnds.areWaiting(now))) return
    // A store that is away is asked once, and not for each of them. Nobody holds them meanwhile.
    await deps.store.log.head(0)
    const claimed = await deps.untoldEnds.claim(MOST_AT_ONCE, now, heldUntil(deps.clock))
    for (const one of claimed) await tellOne(one)
    if (claimed.length === MOST_AT_ONCE && !isOver) await look()
  }

  /** One that fails waits for its next turn, and the others do not wait for it. */
  async function tellOne(one: UntoldEnd): Promise<void> {
    try {
      await deps.tell(one)
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error
      deps.log.error({ err: error, target: one.target }, 'an end of a change could not be told')
    }
  }

  function next(): void {
    looking = look()
      // The store or SQL is away: both have their own warnings, and what was noted stays.
      .catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) deps.log.error({ err: error }, 'untold ends')
      })
      .finally(() => {
        if (!isOver) callOff = deps.scheduler.after(PAUSE_MS, next)
      })
  }

  return {
    start: next,
    stop: async () => {
      isOver = true
      callOff?.()
      await looking
    },
  }
}
