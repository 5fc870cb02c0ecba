import { partitionOfSubject } from '@latchkey/protocol'
import type { OneTimeStore } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'

export function redisOneTime({ redis, run, keys, partitions }: RedisContext): OneTimeStore {
  /** Digests, because keys come from outside, some without bounds, and some are secrets. */
  function keyOf(kind: 'claim' | 'value', purpose: string, key: string): string {
    return keys(partitionOfSubject(key, partitions))[kind](purpose, textDigest(key))
  }

  return {
    async claim(purpose, key, ttlSeconds, now) {
      const [word] = await run('claim-once', [keyOf('claim', purpose, key)], now, ttlSeconds)
      return word === 'claimed'
    },

    async put(purpose, key, value, ttlSeconds, now) {
      const text = `${now + ttlSeconds} ${value}`
      await run('keep-value', [keyOf('value', purpose, key)], text, ttlSeconds)
    },

    async take(purpose, key, now) {
      const [word, taken] = await run('take-value', [keyOf('value', purpose, key)])
      return word === 'none' ? undefined : livingValue(String(taken), now)
    },

    async peek(purpose, key, now) {
      const text = await guarded(redis.get(keyOf('value', purpose, key)))
      return text === null ? undefined : livingValue(text, now)
    },
  }
}

/** The value of a text as `put` keeps it, until the second of its expiry. */
export function livingValue(text: string, now: number): string | undefined {
  const space = text.indexOf(' ')
  return now < Number(text.slice(0, space)) ? text.slice(space + 1) : undefined
}
