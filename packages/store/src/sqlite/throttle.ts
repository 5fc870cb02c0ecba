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
    async attempt(purpose, key, { limit, windowSeconds }, now) {
      const digest = textDigest(key)
      return write(() => {
        const row = select.get(purpose, digest, now) as
          | { attempts: number; endsAt: number }
          | undefined
        const { attempts, endsAt } = row ?? { attempts: 0, endsAt: now + windowSeconds }
        if (attempts >= limit) return { kind: 'blocked', retryAfterSeconds: endsAt - now }
        keep.run(purpose, digest, attempts + 1, endsAt)
        return { kind: 'allowed' }
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
