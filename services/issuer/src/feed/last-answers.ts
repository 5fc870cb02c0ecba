import { type Clock, LIMITS, StoreUnavailable } from '@latchkey/protocol'

/** What a read said last, for when it cannot be asked. */
export interface LastAnswers<T> {
  /** As the read says; while SQL is away as it said last, if that was lately. @throws StoreUnavailable otherwise */
  find(name: string): Promise<T | undefined>
  /** Something about it has changed: what was read before counts no more. Without a name: everything. */
  forget(name?: string): void
}

/** Verifiers of one process are far fewer. Whoever was used longest ago gives way. */
const MOST_ANSWERS = 1000

/** As long as the longest token: nothing else that holds without SQL is older. */
export const KEEP_MS = LIMITS.accessTokenMaxSeconds * 1000

export function lastAnswers<T>(
  read: (name: string) => Promise<T | undefined>,
  clock: Clock,
): LastAnswers<T> {
  const known = new Map<string, { answer: T; atMs: number; atWallMs: number }>()
  let changes = 0

  /** The monotonic clock stands still while the host sleeps, and the wall clock can be set back. */
  function isRecent({ atMs, atWallMs }: { atMs: number; atWallMs: number }): boolean {
    return Math.max(clock.monotonicMs() - atMs, clock.nowMs() - atWallMs) < KEEP_MS
  }

  function keep(name: string, answer: T, atMs: number, atWallMs: number): void {
    known.delete(name)
    known.set(name, { answer, atMs, atWallMs })
    const [oldest] = known.keys()
    if (known.size > MOST_ANSWERS && oldest !== undefined) known.delete(oldest)
  }

  return {
    find: async (name) => {
      const before = changes
      const [atMs, atWallMs] = [clock.monotonicMs(), clock.nowMs()]
      try {
        const answer = await read(name)
        // What was read while something changed may be from before it.
        if (answer === undefined || before !== changes) known.delete(name)
        else keep(name, answer, atMs, atWallMs)
        return answer
      } catch (error) {
        const last = error instanceof StoreUnavailable ? known.get(name) : undefined
        if (!last || !isRecent(last)) throw error
        return last.answer
      }
    },
    forget: (name) => {
      changes += 1
      if (name === undefined) known.clear()
      else known.delete(name)
    },
  }
}
