import type { Clock, Scheduler } from '@latchkey/protocol'

export interface SimulatedTime {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Lets time pass on both clocks and runs what falls due on the way. */
  advance(ms: number): void
  /** The host sleeps: only the wall clock goes on. */
  suspend(ms: number): void
  /** Both clocks go on, but the process is too busy to run anything. */
  stall(ms: number): void
  /** Somebody sets the wall clock forward, or back. */
  setWall(byMs: number): void
  /** Tasks that wait for their time. */
  readonly pending: number
}

export function simulatedTime(): SimulatedTime {
  let wallMs = 1_800_000_000_000
  let monotonicMs = 1000
  const tasks = new Set<{ atMs: number; run: () => void }>()

  const pass = (ms: number) => {
    wallMs += ms
    monotonicMs += ms
  }
  const nextBy = (endMs: number) =>
    [...tasks].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]

  return {
    clock: { nowMs: () => wallMs, monotonicMs: () => monotonicMs },
    scheduler: {
      after: (delayMs, run) => {
        const task = { atMs: monotonicMs + delayMs, run }
        tasks.add(task)
        return () => {
          tasks.delete(task)
        }
      },
    },
    advance: (ms) => {
      const endMs = monotonicMs + ms
      for (let task = nextBy(endMs); task; task = nextBy(endMs)) {
        tasks.delete(task)
        pass(Math.max(0, task.atMs - monotonicMs))
        task.run()
      }
      pass(Math.max(0, endMs - monotonicMs))
    },
    suspend: (ms) => {
      wallMs += ms
    },
    stall: pass,
    setWall: (byMs) => {
      wallMs += byMs
    },
    get pending() {
      return tasks.size
    },
  }
}
