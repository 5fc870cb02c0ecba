import { availableParallelism } from 'node:os'

export type Hashed<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }

/**
 * Bounds the hashes that are computed at once and those that wait. A flood of sign-ins then costs the other endpoints
 * neither their processor nor their memory (19 MiB a hash): who comes too late hears `busy` at once.
 */
export interface HashingQueue {
  run<T>(work: () => Promise<T>): Promise<Hashed<T>>
}

export interface HashingBounds {
  /** Hashes computed at the same time. */
  readonly inFlight: number
  /** Hashes that may wait for their turn. */
  readonly waiting: number
}

/** libuv runs four threads unless told otherwise, and files and name look-ups need one of them. */
const THREADS_FOR_HASHES = 3
/** At 11 ms each, the last in the queue waits for about a third of a second. */
const WAITING_PER_SLOT = 32

/** One core stays free for everything else. */
export function hashingBounds(cores: number = availableParallelism()): HashingBounds {
  const inFlight = Math.min(Math.max(cores - 1, 1), THREADS_FOR_HASHES)
  return { inFlight, waiting: inFlight * WAITING_PER_SLOT }
}

export function hashingQueue(bounds: HashingBounds): HashingQueue {
  let running = 0
  const waiting: (() => void)[] = []

  /** A finished hash hands its place to the next in line, so `running` does not change. */
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }

  return {
    async run(work) {
      if (running < bounds.inFlight) {
        running++
      } else if (waiting.length < bounds.waiting) {
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        return { kind: 'busy', retryAfterSeconds: 1 }
      }
      try {
        return { kind: 'done', value: await work() }
      } finally {
        leave()
      }
    },
  }
}
