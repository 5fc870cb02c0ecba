import { setImmediate as nextTurn } from 'node:timers/promises'

/** Enough that a crowd shares few transactions, and few enough that nobody waits long for the others. */
const MOST_AT_ONCE = 100

/**
 * Writes items one batch after the other: what arrives in the same turn of the loop, or while a batch is being written, goes into one
 * batch. Everybody hears when their own is safe, or why it is not.
 */
export function groupCommit<Item>(
  write: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  const waiting: { item: Item; settle: PromiseWithResolvers<void> }[] = []
  let isWriting = false

  async function drain(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      // An embedded database lets nobody in while it writes: whoever is at the door comes along.
      await nextTurn()
      const batch = waiting.splice(0, MOST_AT_ONCE)
      try {
        await write(batch.map(({ item }) => item))
        for (const { settle } of batch) settle.resolve()
      } catch (error) {
        for (const { settle } of batch) settle.reject(error)
      }
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
