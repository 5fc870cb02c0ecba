import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'

/** Enough that a crowd shares few transactions, and few enough that nobody waits long for the others. */
const MOST_AT_ONCE = 100

/**
 * An embedded database stops the whole process while it writes to its disk. After a batch that several shared, the process has
 * so many times as long for everything else before the next: a crowd keeps it from nothing, and meets in larger batches.
 */
const REST = 3
/** Nobody notices so much. A database that others hold up has written slowly without stopping the process. */
const MOST_REST_MS = 25

/**
 * Writes items one batch after the other: what arrives in the same turn of the loop, or while a batch is being written, goes into one
 * batch. Everybody hears when their own is safe, or why it is not.
 * @param rests false inside a transaction: there everybody waits for its end, and nothing is written to the disk before
 */
export function groupCommit<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { rests }: { readonly rests: boolean },
): (item: Item) => Promise<void> {
  const waiting: { item: Item; settle: PromiseWithResolvers<void> }[] = []
  let isWriting = false
  let restsUntilMs = 0

  async function drain(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      // An embedded database lets nobody in while it writes: whoever is at the door comes along.
      const leftMs = Math.round(restsUntilMs - performance.now())
      await (leftMs > 0 ? pause(leftMs) : nextTurn())
      const batch = waiting.splice(0, MOST_AT_ONCE)
      const begunMs = performance.now()
      try {
        await write(batch.map(({ item }) => item))
        for (const { settle } of batch) settle.resolve()
      } catch (error) {
        for (const { settle } of batch) settle.reject(error)
      }
      const endedMs = performance.now()
      const restMs = Math.min(REST * (endedMs - begunMs), MOST_REST_MS)
      if (rests && batch.length > 1) restsUntilMs = endedMs + restMs
    }
    isWriting = false
  }

  return (item) => {
    const settle = Promise.withResolvers<void>()
    waiting.push({ item, settle })
    if (!isWriting) void drain()
    return settle.promise
  }
}
