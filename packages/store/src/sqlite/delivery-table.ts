import type { DatabaseSync } from 'node:sqlite'
import { deliveryId } from '../delivery-id.ts'
import type { Delivery, OutboxStore, SessionRecord } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'

/** The outbox in SQL. Every call is one step of a transaction that the caller opened. */
export interface DeliveryTable {
  /** One waiting delivery for each client of an ended session; those that are there stay as they are. */
  add(session: SessionRecord, expiresAt: number, now: number): void
  /** Deliveries that are due, hidden from now on for so many seconds. */
  lease(limit: number, leaseSeconds: number, now: number): Delivery[]
  settle(...args: Parameters<OutboxStore['settle']>): void
  ofSession(sid: string): Delivery[]
  newest(limit: number): Delivery[]
  /** Those whose time is over have failed; those that were settled long enough ago are deleted. */
  sweep(now: number): void
}

const COLUMNS = `id, sid, sub, client_id AS clientId, created_at AS createdAt, expires_at AS expiresAt,
  attempts, state, next_at AS nextAt, last_outcome AS lastOutcome, settled_at AS settledAt`

export function deliveryTable(database: DatabaseSync): DeliveryTable {
  const insert = database.prepare(
    `INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, ?, ?, 0, 'waiting', ?, '', 0)`,
  )
  const lease = database.prepare(`
    UPDATE deliveries SET next_at = $until WHERE id IN (
      SELECT id FROM deliveries WHERE state = 'waiting' AND next_at <= $now ORDER BY next_at LIMIT $limit)
    RETURNING ${COLUMNS}`)
  const settle = database.prepare(`
    UPDATE deliveries SET attempts = attempts + 1, last_outcome = $outcome, state = $state,
      next_at = $nextAt, settled_at = $settledAt
    WHERE id = $id AND state = 'waiting'`)
  const ofSession = database.prepare(
    `SELECT ${COLUMNS} FROM deliveries WHERE sid = ? ORDER BY client_id`,
  )
  const newest = database.prepare(
    `SELECT ${COLUMNS} FROM deliveries ORDER BY created_at DESC, id LIMIT ?`,
  )
  const giveUp = database.prepare(`
    UPDATE deliveries SET state = 'failed', settled_at = $now
    WHERE state = 'waiting' AND expires_at <= $now`)
  const forget = database.prepare(
    `DELETE FROM deliveries WHERE state <> 'waiting' AND settled_at <= ?`,
  )
  const records = (rows: unknown[]) => rows.map((row) => ({ ...(row as Delivery) }))

  return {
    add: ({ sid, sub, clients }, expiresAt, now) => {
      for (const clientId of clients) {
        insert.run(deliveryId(sid, clientId), sid, sub, clientId, now, expiresAt, now)
      }
    },
    lease: (limit, leaseSeconds, now) =>
      records(lease.all({ limit, now, until: now + leaseSeconds })),
    settle: (id, settled, now) => {
      const { outcome } = settled
      const [state, nextAt, settledAt] =
        settled.kind === 'retry' ? ['waiting', settled.nextAt, 0] : [settled.kind, now, now]
      settle.run({ id, outcome, state, nextAt, settledAt })
    },
    ofSession: (sid) => records(ofSession.all(sid)),
    newest: (limit) => records(newest.all(limit)),
    sweep: (now) => {
      giveUp.run({ now })
      forget.run(now - STORE_LIMITS.settledSeconds)
    },
  }
}
