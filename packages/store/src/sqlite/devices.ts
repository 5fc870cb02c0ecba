import { requireDevicePartition } from '../device-partition.ts'
import type { DevicePoll, DeviceRecord, DeviceStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'
import type { SqliteContext } from './context.ts'

interface DeviceRow {
  readonly record: string
  readonly poll_interval: number
  readonly polled_at: number
  readonly state: 'pending' | 'approved' | 'denied'
  readonly decision: string | null
  readonly expires_at: number
}

export function sqliteDevices({ database, read, write }: SqliteContext): DeviceStore {
  const sql = prepare(database)

  return {
    async start(deviceCode, record, intervalSeconds, now) {
      requireDevicePartition(deviceCode, record.userCode, 1)
      const { userCode, clientId, expiresAt } = record
      return write(() => {
        sql.free.run(userCode, now)
        if (sql.taken.get(userCode)) return false
        const json = JSON.stringify(record)
        sql.insert.run(textDigest(deviceCode), userCode, clientId, json, intervalSeconds, expiresAt)
        return true
      })
    },

    async find(userCode, now) {
      return read(() => {
        const row = sql.find.get(userCode, now)
        return row && (JSON.parse(String(row['record'])) as DeviceRecord)
      })
    },

    async decide(userCode, decision, now) {
      const json = JSON.stringify(decision)
      return write(() => sql.decide.run(decision.kind, json, userCode, now).changes === 1)
    },

    async poll(deviceCode, clientId, now) {
      const digest = textDigest(deviceCode)
      return write((): DevicePoll => {
        const row = sql.poll.get(digest, clientId) as unknown as DeviceRow | undefined
        if (!row || now >= row.expires_at + STORE_LIMITS.settledSeconds) return { kind: 'unknown' }
        if (now >= row.expires_at) return { kind: 'expired' }
        if (row.state === 'denied') return { kind: 'denied' }
        if (row.state === 'approved') {
          sql.redeem.run(digest)
          const { sid, sub, scope } = JSON.parse(String(row.decision))
          return { kind: 'approved', record: JSON.parse(row.record), sid, sub, scope }
        }
        const early = now < row.polled_at + row.poll_interval
        const intervalSeconds = row.poll_interval + (early ? STORE_LIMITS.slowDownSeconds : 0)
        sql.polled.run(intervalSeconds, now, digest)
        return early ? { kind: 'slow_down', intervalSeconds } : { kind: 'pending' }
      })
    },
  }
}

function prepare(database: SqliteContext['database']) {
  return {
    free: database.prepare(
      'UPDATE devices SET user_code = NULL WHERE user_code = ? AND expires_at <= ?',
    ),
    taken: database.prepare('SELECT 1 FROM devices WHERE user_code = ?'),
    insert: database.prepare(`
      INSERT OR REPLACE INTO devices (digest, user_code, client_id, record, poll_interval, expires_at)
      VALUES (?, ?, ?, ?, ?, ?)`),
    find: database.prepare('SELECT record FROM devices WHERE user_code = ? AND expires_at > ?'),
    decide: database.prepare(`
      UPDATE devices SET state = ?, decision = ?, user_code = NULL
      WHERE user_code = ? AND expires_at > ?`),
    poll: database.prepare('SELECT * FROM devices WHERE digest = ? AND client_id = ?'),
    polled: database.prepare(
      'UPDATE devices SET poll_interval = ?, polled_at = ? WHERE digest = ?',
    ),
    redeem: database.prepare('DELETE FROM devices WHERE digest = ?'),
  }
}
