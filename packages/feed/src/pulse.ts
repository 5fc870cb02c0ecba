import type { Clock, Scheduler } from '@latchkey/protocol'

export interface Pulse {
  /** Beats at this interval from now on. */
  every(intervalMs: number): void
  stop(): void
}

/** A repeating timer whose interval may change, and which says by how much it is late: a busy process beats late. */
export function pulse(
  clock: Pick<Clock, 'monotonicMs'>,
  scheduler: Scheduler,
  beat: (lateMs: number) => void,
): Pulse {
  let interval = 0
  let cancel = () => {}

  function arm(): void {
    cancel()
    const dueAtMs = clock.monotonicMs() + interval
    cancel = scheduler.after(interval, () => {
      arm()
      beat(clock.monotonicMs() - dueAtMs)
    })
  }

  return {
    every: (intervalMs) => {
      if (intervalMs === interval) return
      interval = intervalMs
      arm()
    },
    stop: () => cancel(),
  }
}
