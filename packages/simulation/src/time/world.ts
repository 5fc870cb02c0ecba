/** True time of a simulation, and what happens when: one event after the other, in an order that only the seed decides. */
import { type EventQueue, eventQueue } from './event-queue.ts'

export interface World {
  /** Milliseconds since the simulation began, as nobody inside can see them. */
  readonly nowMs: number
  /** Calls back after so long. The function returned calls it off. */
  after(delayMs: number, run: () => void): () => void
  /** Lets things happen until `isOver` says so after one of them, or until that time. */
  run(untilMs: number, isOver?: () => boolean): Promise<void>
}

/** Turns of the event loop are dear; of the callbacks in one turn each is followed by all promises that it settles. */
const EVENTS_PER_TURN = 64

export function world(): World {
  const queue: EventQueue = eventQueue()
  let nowMs = 0

  function run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false
      const finish = (settle: () => void) => {
        over = true
        settle()
      }
      const step = () => {
        if (over) return
        const next = queue.take(untilMs)
        if (!next) {
          nowMs = Math.max(nowMs, untilMs)
          return finish(resolve)
        }
        nowMs = next.atMs
        try {
          next.run()
          if (isOver()) finish(resolve)
        } catch (error) {
          finish(() => reject(error))
        }
      }
      const turn = () => {
        if (over) return
        for (let i = 0; i < EVENTS_PER_TURN; i++) setImmediate(step)
        setImmediate(turn)
      }
      turn()
    })
  }

  return {
    get nowMs() {
      return nowMs
    },
    after: (delayMs, task) => queue.add(nowMs + Math.max(0, delayMs), task),
    run,
  }
}
