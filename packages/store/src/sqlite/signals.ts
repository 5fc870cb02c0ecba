import type { Signal, SignalCursor, SignalQueue } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { SqliteContext } from './context.ts'

export function sqliteSignals({ database, read, write }: SqliteContext): SignalQueue {
  const sql = prepare(database)
  const listeners = new Set<(stream: string) => void>()

  function keep(stream: string, signals: readonly Signal[], most: number, now: number): void {
    for (const { jti, claims, expiresAt } of signals) {
      sql.insert.run(stream, jti, claims, expiresAt)
    }
    sql.sweep.run(now, STORE_LIMITS.trimBatch)
    sql.trim.run(stream, stream, most)
  }

  // After the caller has got its answer, as with Redis: a listener may call the store again.
  function tell(stream: string): void {
    setImmediate(() => {
      for (const listener of listeners) listener(stream)
    })
  }

  function cursorOf(stream: string, partition: number): SignalCursor | undefined {
    const row = sql.cursor.get(stream, partition)
    return row && { partition, epoch: Number(row['epoch']), offset: Number(row['offset']) }
  }

  return {
    async append(stream, { after, to }, signals, most, now) {
      const { partition, epoch, offset } = to
      const kept = write(() => {
        const found = cursorOf(stream, partition)
        if (found?.epoch !== after?.epoch || found?.offset !== after?.offset) return false
        sql.move.run(stream, partition, epoch, offset)
        keep(stream, signals, most, now)
        return true
      })
      if (kept && signals.length > 0) tell(stream)
      return kept
    },

    async add(stream, signal, most, now) {
      write(() => keep(stream, [signal], most, now))
      tell(stream)
    },

    cursor: async (stream, partition) => read(() => cursorOf(stream, partition)),

    async peek(stream, limit, now) {
      const rows = read(() => sql.oldest.all(stream, now, limit + 1))
      const signals = rows.slice(0, limit).map((row) => ({
        jti: String(row['jti']),
        claims: String(row['text']),
        expiresAt: Number(row['expires_at']),
      }))
      return { signals, more: rows.length > limit }
    },

    async settle(stream, jtis) {
      write(() => {
        for (const jti of jtis) sql.settle.run(stream, jti)
      })
    },

    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async drop(stream) {
      write(() => {
        sql.dropSignals.run(stream)
        sql.dropCursors.run(stream)
      })
    },
  }
}

function prepare(database: SqliteContext['database']) {
  return {
    insert: database.prepare(
      'INSERT INTO signals (stream, jti, text, expires_at) VALUES (?, ?, ?, ?)',
    ),
    sweep: database.prepare(
      'DELETE FROM signals WHERE place IN (SELECT place FROM signals WHERE expires_at <= ? LIMIT ?)',
    ),
    trim: database.prepare(`
      DELETE FROM signals WHERE stream = ? AND place NOT IN
        (SELECT place FROM signals WHERE stream = ? ORDER BY place DESC LIMIT ?)`),
    oldest: database.prepare(`
      SELECT jti, text, expires_at FROM signals WHERE stream = ? AND expires_at > ?
      ORDER BY place LIMIT ?`),
    settle: database.prepare('DELETE FROM signals WHERE stream = ? AND jti = ?'),
    cursor: database.prepare(
      'SELECT epoch, offset FROM signal_cursors WHERE stream = ? AND partition = ?',
    ),
    move: database.prepare('INSERT OR REPLACE INTO signal_cursors VALUES (?, ?, ?, ?)'),
    dropSignals: database.prepare('DELETE FROM signals WHERE stream = ?'),
    dropCursors: database.prepare('DELETE FROM signal_cursors WHERE stream = ?'),
  }
}
