import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { LocalRevocations } from './feed/local-revocations.ts'
import type { LogTail } from './feed/log-tail.ts'

export interface HousekeepingDeps {
  readonly store: { readonly log: Pick<Store['log'], 'trim'>; readonly partitions: number }
  readonly tail: Pick<LogTail, 'drop'>
  readonly revocations: Pick<LocalRevocations, 'sweep'>
  readonly clock: Clock
  readonly log: { warn(facts: Record<string, unknown>, message: string): void }
}

/** The log is bounded by what ended in the last token lifetime (docs/architecture.md), so a sweep a minute is plenty. */
const EVERY_MS = 60_000

/** Drops log entries that no living token can match any more, in the store and in this process. */
export function housekeeping(deps: HousekeepingDeps): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  const sweep = async () => {
    const now = nowSeconds(deps.clock)
    deps.tail.drop(now)
    deps.revocations.sweep(now)
    try {
      for (let partition = 0; partition < deps.store.partitions; partition++) {
        await deps.store.log.trim(partition, now)
      }
    } catch (error) {
      deps.log.warn({ err: error }, 'log not trimmed')
    }
  }
  return {
    start: () => {
      timer = setInterval(sweep, EVERY_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}
