import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@latchkey/protocol'
import type { EntryFacts } from '../entry-facts.ts'
import { logDigest } from '../log-digest.ts'
import type { LoggedEntry, LogHead } from '../store.ts'

/** The revocation log in SQL. Every call is one step of a transaction that the caller opened. */
export interface LogTable {
  head(): LogHead
  position(): Position
  append(entry: EntryFacts): LoggedEntry
  /** At most `limit` entries after an offset, in order. */
  after(offset: number, limit: number): LoggedEntry[]
  beat(): void
  /** Drops entries up to the first one that may still match a token; returns how many. */
  trim(now: number): number
}

/** '' for what an entry has not. */
interface LogRow extends Omit<LoggedEntry, 'r' | 's' | 'a'> {
  readonly r: LoggedEntry['r'] | ''
  readonly s: string
  readonly a: string
}

/** Starts the log at `epoch` when the file has none. */
export function logTable(database: DatabaseSync, epoch: number): LogTable {
  database
    .prepare(
      `INSERT OR IGNORE INTO head (only, epoch, offset, digest, beats) VALUES (1, ?, 0, '', 0)`,
    )
    .run(epoch)
  const readHead = database.prepare('SELECT epoch, offset, digest FROM head')
  const moveHead = database.prepare('UPDATE head SET offset = ?, digest = ?')
  const beatHead = database.prepare('UPDATE head SET beats = beats + 1')
  const insert = database.prepare(
    'INSERT INTO log (offset, kind, value, expires_at, digest, reason, sub, audience)' +
      ' VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const select = database.prepare(
    'SELECT 0 AS p, offset AS o, kind AS k, value AS v, expires_at AS x, digest AS d,' +
      ' reason AS r, sub AS s, audience AS a' +
      ' FROM log WHERE offset > ? ORDER BY offset LIMIT ?',
  )
  const dropOld = database.prepare(
    'DELETE FROM log WHERE offset < coalesce(' +
      '(SELECT min(offset) FROM log WHERE expires_at >= ?), (SELECT offset + 1 FROM head))',
  )

  function head(): LogHead {
    const row = readHead.get() as unknown as { epoch: number; offset: number; digest: string }
    return {
      position: { partition: 0, epoch: row.epoch, offset: row.offset },
      digest: row.digest,
    }
  }

  return {
    head,
    position: () => head().position,
    append: (facts) => {
      const { position, digest } = head()
      const undigested = { p: 0, o: position.offset + 1, ...facts }
      const entry: LoggedEntry = { ...undigested, d: logDigest(digest, undigested) }
      const { o, k, v, x, d, r = '', s = '', a = '' } = entry
      insert.run(o, k, v, x, d, r, s, a)
      moveHead.run(entry.o, entry.d)
      return entry
    },
    after: (offset, limit) =>
      (select.all(offset, limit) as unknown as LogRow[]).map(
        ({ r, s, a, ...entry }): LoggedEntry => ({
          ...entry,
          ...(r && { r }),
          ...(s && { s }),
          ...(a && { a }),
        }),
      ),
    beat: () => void beatHead.run(),
    trim: (now) => Number(dropOld.run(now).changes),
  }
}
