/** One life of a process: clocks that may be wrong, and moments in which it does not run. */
import type { Clock, Scheduler } from '@latchkey/protocol'
import type { Chance } from '../chance.ts'
import type { World } from './world.ts'

export interface Host {
  readonly name: string
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly isAlive: boolean
  readonly isFrozen: boolean
  /** Something arrives: at once, when the process goes on, or never. */
  deliver(run: () => void): void
  /** The machine sleeps: the monotonic clock stands still. */
  suspend(): void
  /** SIGSTOP, or a busy process: the clocks go on. */
  stall(): void
  /** What had fallen due or arrived meanwhile happens now, `first` before all of it. */
  goOn(first: () => void): void
  setWall(byMs: number): void
  kill(): void
}

export interface HostFacts {
  readonly name: string
  /** The wall clock of the machine: true time and so much. */
  readonly wallOffsetMs: number
}

/** True time 0 on the wall: a second in the year 2027. */
export const BEGINNING_MS = 1_800_000_000_000

export function host({ name, wallOffsetMs }: HostFacts, world: World, chance: Chance): Host {
  const bornAtMs = world.nowMs - chance.ms(1000, 2000)
  let offsetMs = BEGINNING_MS + wallOffsetMs
  let sleptMs = 0
  let asleepSinceMs: number | undefined
  let state: 'runs' | 'suspended' | 'stalled' | 'dead' = 'runs'
  const timers: (() => void)[] = []
  const arrived: (() => void)[] = []

  const monotonicMs = () => (asleepSinceMs ?? world.nowMs) - sleptMs - bornAtMs

  function deliver(task: () => void): void {
    if (state === 'runs') task()
    else if (state !== 'dead') arrived.push(task)
  }

  function after(delayMs: number, task: () => void): () => void {
    const dueMs = monotonicMs() + Math.max(0, delayMs)
    let cancelled = false
    const due = () => {
      if (cancelled || state === 'dead') return
      if (state !== 'runs') timers.push(due)
      else if (monotonicMs() < dueMs) world.after(dueMs - monotonicMs(), due)
      else task()
    }
    const takeOut = world.after(delayMs, due)
    return () => {
      cancelled = true
      takeOut()
    }
  }

  return {
    name,
    clock: { nowMs: () => world.nowMs + offsetMs, monotonicMs },
    scheduler: { after },
    get isAlive() {
      return state !== 'dead'
    },
    get isFrozen() {
      return state === 'suspended' || state === 'stalled'
    },
    deliver,
    suspend: () => {
      if (state !== 'runs') return
      state = 'suspended'
      asleepSinceMs = world.nowMs
    },
    stall: () => {
      if (state === 'runs') state = 'stalled'
    },
    goOn: (first) => {
      if (state !== 'suspended' && state !== 'stalled') return
      if (asleepSinceMs !== undefined) sleptMs += world.nowMs - asleepSinceMs
      asleepSinceMs = undefined
      state = 'runs'
      const [due, came] = [timers.splice(0), arrived.splice(0)]
      const order = chance.happens(0.5) ? [...due, ...came] : [...came, ...due]
      for (const task of [first, ...order]) world.after(0, () => deliver(task))
    },
    setWall: (byMs) => {
      offsetMs += byMs
    },
    kill: () => {
      state = 'dead'
    },
  }
}
