import type { OneTimeStore } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { SqliteContext } from './context.ts'

export function sqliteOneTime({ database, read, write }: SqliteContext): OneTimeStore {
  const takenUntil = database.prepare(
    `SELECT 1 FROM one_time WHERE kind = 'claim' AND purpose = ? AND digest = ? AND expires_at > ?`,
  )
  const insert = database.prepare('INSERT OR REPLACE INTO one_time VALUES (?, ?, ?, ?, ?)')
  const take = database.prepare(
    `DELETE FROM one_time WHERE kind = 'value' AND purpose = ? AND digest = ? RETURNING value, expires_at`,
  )

  const peek = database.prepare(
    `SELECT value FROM one_time WHERE kind = 'value' AND purpose = ? AND digest = ? AND expires_at > ?`,
  )

  return {
    async claim(purpose, key, ttlSeconds, now) {
      const digest = textDigest(key)
      return write(() => {
        if (takenUntil.get(purpose, digest, now)) return false
        insert.run('claim', purpose, digest, '', now + ttlSeconds)
        return true
      })
    },

    async put(purpose, key, value, ttlSeconds, now) {
      write(() => insert.run('value', purpose, textDigest(key), value, now + ttlSeconds))
    },

    async take(purpose, key, now) {
      return write(() => {
        const row = take.get(purpose, textDigest(key))
        return row && now < Number(row['expires_at']) ? String(row['value']) : undefined
      })
    },

    async peek(purpose, key, now) {
      return read(() => {
        const row = peek.get(purpose, textDigest(key), now)
        return row && String(row['value'])
      })
    },
  }
}
