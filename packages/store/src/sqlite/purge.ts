import type { DatabaseSync } from 'node:sqlite'
import { STORE_LIMITS } from '../store-limits.ts'

/**
 * Deletes rows that nothing can ask for any more, at most a batch of each table: Redis does it by itself. Cuts go when
 * no session that old can live.
 */
export function purger(database: DatabaseSync): (now: number) => void {
  const { trimBatch, sessionLingerSeconds, spentCodeSeconds, settledSeconds } = STORE_LIMITS
  const sessions = database.prepare(
    'DELETE FROM sessions WHERE sid IN (SELECT sid FROM sessions WHERE idle_expires_at <= ? LIMIT ?)',
  )
  const codes = database.prepare(
    'DELETE FROM codes WHERE digest IN (SELECT digest FROM codes WHERE expires_at <= ? LIMIT ?)',
  )
  const oneTime = database.prepare(
    'DELETE FROM one_time WHERE (kind, purpose, digest) IN' +
      ' (SELECT kind, purpose, digest FROM one_time WHERE expires_at <= ? LIMIT ?)',
  )
  const cuts = database.prepare(
    'DELETE FROM cuts WHERE name IN (SELECT name FROM cuts WHERE expires_at < ? LIMIT ?)',
  )
  const devices = database.prepare(
    'DELETE FROM devices WHERE digest IN (SELECT digest FROM devices WHERE expires_at <= ? LIMIT ?)',
  )
  const attempts = database.prepare(
    'DELETE FROM throttle WHERE (purpose, digest) IN' +
      ' (SELECT purpose, digest FROM throttle WHERE ends_at <= ? LIMIT ?)',
  )
  const documents = database.prepare(
    'DELETE FROM documents WHERE (kind, digest) IN' +
      ' (SELECT kind, digest FROM documents WHERE expires_at <= ? LIMIT ?)',
  )
  return (now) => {
    sessions.run(now - sessionLingerSeconds, trimBatch)
    codes.run(now - spentCodeSeconds, trimBatch)
    oneTime.run(now, trimBatch)
    cuts.run(now, trimBatch)
    devices.run(now - settledSeconds, trimBatch)
    attempts.run(now, trimBatch)
    documents.run(now, trimBatch)
  }
}
