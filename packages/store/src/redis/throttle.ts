import { partitionOfSubject } from '@latchkey/protocol'
import type { Throttle } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'

export function redisThrottle({ run, keys, partitions }: RedisContext): Throttle {
  function keyOf(purpose: string, key: string): string {
    return keys(partitionOfSubject(key, partitions)).throttle(purpose, textDigest(key))
  }

  return {
    async attempt(purpose, key, { limit, windowSeconds }, now) {
      const counter = keyOf(purpose, key)
      const [word, left] = await run('count-attempt', [counter], now, limit, windowSeconds)
      if (word === 'allowed') return { kind: 'allowed' }
      return { kind: 'blocked', retryAfterSeconds: Number(left) }
    },

    async giveBack(purpose, key, now) {
      await run('give-back-attempt', [keyOf(purpose, key)], now)
    },

    async clear(purpose, key) {
      await run('take-value', [keyOf(purpose, key)])
    },
  }
}
