import type { Directory, PlannedEnd } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'
import type { TellEnd } from './tell-end.ts'

/**
 * Whoever has noted an end is given so long to tell it, then any issuer process does. Long enough for what answers within half a
 * second, and no longer than a lease: nobody waits longer for a process that has died.
 */
const HELD_SECONDS = 5

export function heldUntil(clock: Clock): number {
  return nowSeconds(clock) + HELD_SECONDS
}

export interface Changed<T> {
  readonly result: T
  /** What the tokens of before speak of is no more: ended in this order. */
  readonly ends: readonly PlannedEnd[]
}

/**
 * Changes the directory and ends what the change takes away. The ends are noted in the transaction of the change, so that they are told
 * even if this process dies behind the commit. `work` may run more than once. Gives the outcome of each end.
 * @throws StoreUnavailable when the log could not be told: the change stands, and the ends are told as soon as they can be
 */
export type EndingChange = <T>(
  work: (inside: Directory) => Promise<Changed<T>>,
) => Promise<{ readonly result: T; readonly outcomes: readonly EndOutcome[] }>

export function endingChange(deps: {
  readonly directory: Pick<Directory, 'transaction'>
  readonly tell: TellEnd
  readonly clock: Clock
}): EndingChange {
  return async (work) => {
    const { result, untold } = await deps.directory.transaction(async (inside) => {
      const { result, ends } = await work(inside)
      if (ends.length === 0) return { result, untold: [] }
      return { result, untold: await inside.untoldEnds.note(ends, heldUntil(deps.clock)) }
    })
    // First the state, then the ends: whoever reads the log position after an end sees the new state.
    const outcomes: EndOutcome[] = []
    for (const one of untold) outcomes.push(await deps.tell(one))
    return { result, outcomes }
  }
}
