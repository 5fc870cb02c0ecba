import type { Redis } from 'ioredis'
import { guarded } from './guarded.ts'

/**
 * Hears what is published in the channel that has the name of a key, on the connection that runs the commands too. After
 * a lost connection it tells its listeners once: nothing was heard meanwhile.
 */
export async function watchKey(
  redis: Redis,
  key: string,
): Promise<(listener: (message: string) => void) => () => void> {
  const listeners = new Set<(message: string) => void>()

  function tell(message: string): void {
    for (const listener of listeners) listener(message)
  }

  redis.on('message', (channel: string, message: string) => {
    if (channel === key) tell(message)
  })
  redis.on('ready', () => {
    guarded(redis.subscribe(key)).then(
      () => tell(''),
      () => redis.disconnect(true),
    )
  })
  await guarded(redis.subscribe(key))

  return (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
