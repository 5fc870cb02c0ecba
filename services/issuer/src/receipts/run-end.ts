/** What an administrator asks to be ended: run through the one function, followed until the verifiers have applied it. */
import { type Actor, type EndReason, type Random, randomId } from '@latchkey/protocol'
import type { End } from '../ending/end.ts'
import type { FeedHub } from '../feed/hub.ts'
import type { LogTail } from '../feed/log-tail.ts'
import { type AdminTarget, endTargetOf, type SingleTarget } from './admin-target.ts'
import type { ScanProgress, ScanTarget } from './end-by-scan.ts'
import { type Asked, type FollowEndDeps, followEnd, type Run } from './follow-end.ts'
import type { KnownVerifiers } from './known-verifiers.ts'
import { NO_RECEIPTS, type Operation } from './operation.ts'
import type { OperationKeeper } from './operation-keeper.ts'
import { passedOn } from './passed-on.ts'

export interface Wish {
  readonly target: AdminTarget
  readonly reason: EndReason
  readonly actor: Actor
}

export type RunEnd = (wish: Wish) => Promise<Run>

export interface RunEndDeps extends FollowEndDeps {
  readonly tail: Pick<LogTail, 'position' | 'listen'>
  readonly hub: Pick<FeedHub, 'members'>
  readonly known: Pick<KnownVerifiers, 'own'>
  readonly end: End
  readonly endByScan: (
    wish: Wish & { target: ScanTarget },
    progress: (so: ScanProgress) => void,
  ) => Promise<ScanProgress>
  readonly keeper: OperationKeeper
  readonly random: Random
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function runEnd(deps: RunEndDeps): RunEnd {
  const { keeper } = deps
  const follow = followEnd(deps)

  async function single(wish: Wish & { target: SingleTarget }): Promise<Run> {
    const asked = askedNow(wish, deps)
    const here = deps.hub.members()
    // Also a session that the store does not know: tokens of it may live after a loss, and whoever ends it means them.
    const ending = deps.end(endTargetOf(wish.target), wish.reason, wish.actor, { always: true })
    // Asked beside the audit record: who is elsewhere costs neither the verifiers nor the answer anything.
    const looking = passedOn(deps.tail, ending).then(() => deps.tracker.before())
    const [outcome, before] = await Promise.all([ending, looking])
    const verifiers = [...deps.known.own(here), ...before.verifiers]
    const run = follow(asked, outcome, { ...before, verifiers })
    const { id } = asked.facts
    keeper.open(id, run.operation)
    // Who waits for the receipts is answered when other processes can tell them, too.
    const settled = run.settled.then(() => keeper.close(id))
    await keeper.save(id)
    return { ...run, settled }
  }

  async function scan(wish: Wish & { target: ScanTarget }): Promise<Run> {
    const asked = askedNow(wish, deps)
    let so: ScanProgress = { done: 0, entries: [], epoch: 0 }
    const progress = () => progressOf(so)
    let operation: () => Operation = () => ({
      ...asked.facts,
      state: 'running',
      ended: so.done > 0,
      epoch: so.epoch,
      entries: [],
      ...progress(),
      ...NO_RECEIPTS,
    })
    const current = () => operation()
    const { id } = asked.facts
    keeper.open(id, current)
    await keeper.save(id)

    async function run(): Promise<void> {
      try {
        so = await deps.endByScan(wish, (now) => {
          so = now
          void keeper.save(id)
        })
        const followed = follow({ ...asked, progress }, so, await deps.tracker.before())
        operation = followed.operation
        await followed.settled
      } catch (error) {
        deps.warn({ err: error, operation: id }, 'ending by scan was interrupted')
        const last = operation()
        operation = () => ({ ...last, state: 'interrupted' })
      }
      await keeper.close(id)
    }
    return { operation: current, settled: run() }
  }

  return (wish) => {
    const { target } = wish
    return target.kind === 'signed_in_before'
      ? scan({ ...wish, target })
      : single({ ...wish, target })
  }
}

function askedNow({ target, reason }: Wish, { clock, random }: RunEndDeps): Asked {
  const asked_at = new Date(clock.nowMs()).toISOString()
  return { atMs: clock.monotonicMs(), facts: { id: randomId(random), target, reason, asked_at } }
}

function progressOf({ done, total }: ScanProgress): Partial<Operation> {
  return { done, ...(total !== undefined && { total }) }
}
