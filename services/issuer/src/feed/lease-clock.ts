/** Leases: docs/architecture.md. One write to the store every T/5 serves all verifiers; its age counts from when it began. */
import type { Clock, FeedPosition, Scheduler } from '@latchkey/protocol'
import type { RevocationLog } from '@latchkey/store'
import type { LogMending } from '../ending/log-mending.ts'
import type { LogTail } from './log-tail.ts'

export interface Confirmation {
  /** Monotonic time at which the confirmed write was begun; sooner by as long as this host has slept since. */
  readonly begunAtMs: number
  /** Where the logs ended as of that write, one per partition. */
  readonly positions: readonly FeedPosition[]
}

export interface LeaseClock {
  /** The newest confirmation, or undefined before the first and after an epoch change. */
  confirmed(): Confirmation | undefined
  /** One heartbeat now. False when the store did not confirm. */
  beat(): Promise<boolean>
  start(): void
  stop(): void
}

export interface LeaseClockDeps {
  readonly log: Pick<RevocationLog, 'heartbeat'>
  readonly tail: Pick<LogTail, 'reach' | 'position'>
  /** What a log that begins anew must hold before anybody may rely on it. */
  readonly mending: LogMending
  readonly partitions: number
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly leaseMs: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function leaseClock(deps: LeaseClockDeps): LeaseClock {
  const { clock, scheduler } = deps
  let newest: (Confirmation & { readonly begunAtWallMs: number }) | undefined
  let cancel = () => {}
  let failing = false
  let beating: Promise<boolean> | undefined

  async function beatOnce(): Promise<boolean> {
    const [begunAtMs, begunAtWallMs] = [clock.monotonicMs(), clock.nowMs()]
    try {
      const positions: FeedPosition[] = []
      for (let partition = 0; partition < deps.partitions; partition++) {
        const head = await deps.log.heartbeat(partition)
        const { epoch, offset } = head.position
        // Everything up to the confirmed write must have been read here, or it could not have been delivered.
        if (!(await deps.tail.reach(partition, epoch, offset, head.digest))) return false
        positions.push({ p: partition, epoch, offset, digest: head.digest })
      }
      if (!deps.mending.isWhole(positions)) {
        // What was confirmed of another log says nothing of this one.
        newest = undefined
        // What is written into the log now must have been delivered, too: another beat.
        return (await deps.mending.mend(positions)) && (await beatOnce())
      }
      newest = { begunAtMs, begunAtWallMs, positions }
      if (failing) deps.warn({}, 'store confirms writes again')
      failing = false
      return true
    } catch (error) {
      if (!failing)
        deps.warn({ err: error }, 'store does not confirm writes: no leases until it does')
      failing = true
      return false
    }
  }

  const beat = () => {
    beating ??= beatOnce().finally(() => {
      beating = undefined
    })
    return beating
  }

  /** What was confirmed of a log that has been replaced says nothing of the new one, which may lack ends. */
  const isOfThisLog = ({ p, epoch }: FeedPosition) => deps.tail.position(p).epoch === epoch

  /**
   * The monotonic clock stands still while the host is suspended, and other processes end sessions meanwhile. A wall clock that
   * was set forward makes a confirmation older than it is, which is safe.
   */
  function confirmed(): Confirmation | undefined {
    if (!newest?.positions.every(isOfThisLog)) return undefined
    const sleptMs = clock.nowMs() - newest.begunAtWallMs - (clock.monotonicMs() - newest.begunAtMs)
    return sleptMs > 0 ? { ...newest, begunAtMs: newest.begunAtMs - sleptMs } : newest
  }

  function arm(): void {
    cancel = scheduler.after(deps.leaseMs / 5, () => {
      arm()
      void beat()
    })
  }

  return { confirmed, beat, start: arm, stop: () => cancel() }
}
