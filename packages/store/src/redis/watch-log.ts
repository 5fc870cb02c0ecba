import type { Redis } from 'ioredis'
import type { RevocationLog } from '../store.ts'
import { guarded } from './guarded.ts'

/**
 * Hears of appended entries over pub/sub, on the connection that runs the commands too (RESP3 allows both): when it
 * breaks, that is noticed by the next command. The channel of a partition has the name of its log key.
 */
export async function watchLog(
  redis: Redis,
  logKeys: readonly string[],
): Promise<RevocationLog['watch']> {
  const listeners = new Set<(partition: number) => void>()

  function tell(partition: number): void {
    for (const listener of listeners) listener(partition)
  }

  redis.on('message', (channel: string) => {
    const partition = logKeys.indexOf(channel)
    if (partition >= 0) tell(partition)
  })
  redis.on('ready', () => {
    // Nothing was heard while the connection was down, so there may be something in every partition.
    guarded(redis.subscribe(...logKeys)).then(
      () => logKeys.forEach((_, partition) => void tell(partition)),
      () => redis.disconnect(true),
    )
  })
  await guarded(redis.subscribe(...logKeys))

  return (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
