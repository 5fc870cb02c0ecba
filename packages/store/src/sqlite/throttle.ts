import type { Throttle } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { SqliteContext } from './context.ts'

export function sqliteThrottle({ database, write }: SqliteContext): Throttle {
  const select = database.prepare(
    'SELECT attempts, ends_at AS endsAt FROM throttle WHERE purpose = ? AND digest = ? AND ends_at > ?',
  )
  const keep = database.prepare('INSERT OR REPLACE INTO throttle VALUES (?, ?, ?, ?)')
  const giveBack = database.prepare(
    'UPDATE throttle SET attempts = attempts - 1 WHERE purpose = ? AND digest = ? AND ends_at > ? AND attempts > 0',
  )
  const clear = database.prepare('DELETE FROM throttle WHERE purpose = ? AND digest = ?')

  return {
    async attempt(purpose, key, { limit, windowSeconds }, now, givenBack = 0) {
      const digest = textDigest(key)
      return write(() => {
        const row = select.get(purpose, digest, now) as
          | { attempts: number; endsAt: number }
          | undefined
        const before = Math.max((row?.attempts ?? 0) - givenBack, 0)
        const endsAt = row === undefined || before === 0 ? now + windowSeconds : row.endsAt
        const secondsLeft = endsAt - now
        if (before >= limit) return { kind: 'blocked', retryAfterSeconds: secondsLeft }
        keep.run(purpose, digest, before + 1, endsAt)
        return { kind: 'allowed', attempts: before + 1, secondsLeft }
      })
    },

    async giveBack(purpose, key, now) {
      write(() => giveBack.run(purpose, textDigest(key), now))
    },

    async clear(purpose, key) {
      write(() => clear.run(purpose, textDigest(key)))
    },
  }
}
