import { partitionOfSubject } from '@latchkey/protocol'
import type { Throttle } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'

export function redisThrottle({ run, keys, partitions }: RedisContext): Throttle {
  function keyOf(purpose: string, key: string): string {
    return keys(partitionOfSubject(key, partitions)).throttle(purpose, textDigest(key))
  }

  return {
    async attempt(purpose, key, { limit, windowSeconds }, now, givenBack = 0) {
      const counter = [keyOf(purpose, key)]
      const reply = await run('count-attempt', counter, now, limit, windowSeconds, givenBack)
      const [word, first, second] = reply
      return word === 'allowed'
        ? { kind: 'allowed', attempts: Number(first), secondsLeft: Number(second) }
        : { kind: 'blocked', retryAfterSeconds: Number(first) }
    },

    async giveBack(purpose, key, now) {
      await run('give-back-attempt', [keyOf(purpose, key)], now)
    },

    async clear(purpose, key) {
      await run('take-value', [keyOf(purpose, key)])
    },
  }
}
