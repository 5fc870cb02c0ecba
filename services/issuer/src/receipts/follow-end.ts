import type { Clock, Scheduler } from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'
import type { LogTail } from '../feed/log-tail.ts'
import { concernedAudience } from './admin-target.ts'
import { NO_RECEIPTS, type Operation, receiptLines } from './operation.ts'
import type { OperationKeeper } from './operation-keeper.ts'
import type { Audience, ReceiptTracker, Tracking } from './receipt-tracker.ts'

export interface Run {
  /** As of now. */
  readonly operation: () => Operation
  /** Resolves when every verifier that is connected has applied it, or when nothing more will be heard. */
  readonly settled: Promise<void>
}

export interface Asked {
  readonly atMs: number
  readonly facts: Pick<Operation, 'id' | 'target' | 'reason' | 'asked_at'>
  readonly progress?: () => Partial<Operation>
}

export interface FollowEndDeps {
  readonly tracker: ReceiptTracker
  readonly keeper: Pick<OperationKeeper, 'save'>
  readonly tail: Pick<LogTail, 'position'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly leaseMs: number
}

const SAVE_AGAIN_MS = 100

/** Gathers the receipts of what has been ended. */
export function followEnd(deps: FollowEndDeps) {
  const { clock, keeper } = deps

  /** Follows what was ended for at most T: by then no lease is left that could matter. */
  function follow(asked: Asked, outcome: EndOutcome, before: Audience): Run {
    const closedBy = new Date(clock.nowMs() + deps.leaseMs).toISOString()
    const tracking = track(asked, outcome, before)
    const operation = (): Operation => ({
      ...asked.facts,
      state: 'done',
      ended: outcome.entries.length > 0,
      ...(asked.facts.target.kind === 'session' && { known: outcome.session !== undefined }),
      epoch: outcome.epoch,
      entries: outcome.entries.map(({ p, o, k }) => ({ partition: p, offset: o, kind: k })),
      closed_by: closedBy,
      ...asked.progress?.(),
      ...(tracking ? receiptLines(tracking.receipts(), closedBy) : NO_RECEIPTS),
      complete: tracking?.complete() ?? true,
    })
    const settled = tracking ? settle(asked, tracking) : Promise.resolve()
    return { operation, settled }
  }

  function track(asked: Asked, { entries, epoch }: EndOutcome, before: Audience) {
    const [first] = entries
    if (!first) return undefined
    const positions = entries.map(({ p, o }) => {
      const ofPartition = p === first.p ? epoch : deps.tail.position(p).epoch
      return { partition: p, epoch: ofPartition, offset: o }
    })
    const audience = concernedAudience(asked.facts.target)
    return deps.tracker.track({ positions, audience, askedAtMs: asked.atMs }, before)
  }

  async function settle(asked: Asked, tracking: Tracking): Promise<void> {
    const { id } = asked.facts
    let cancelSave: (() => void) | undefined
    // A hundred verifiers confirm within milliseconds: who asks another process hears of all of them a moment later.
    tracking.onChange(() => {
      cancelSave ??= deps.scheduler.after(SAVE_AGAIN_MS, () => {
        cancelSave = undefined
        void keeper.save(id)
      })
    })
    const over = Promise.withResolvers<void>()
    const cancel = deps.scheduler.after(deps.leaseMs, over.resolve)
    await Promise.race([tracking.settled, over.promise])
    cancel()
    cancelSave?.()
    tracking.stop()
  }

  return follow
}
