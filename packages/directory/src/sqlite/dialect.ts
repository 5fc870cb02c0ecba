import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { type Dialect, SqliteDialect, type SqliteStatement } from 'kysely'

/** Texts of statements that stay prepared. There are about a hundred, apart from lists of various lengths. */
const PREPARED = 256

/** Kysely's SQLite dialect over node:sqlite, whose statements differ from those of better-sqlite3 in two points. */
export function sqliteDialect(database: DatabaseSync): Dialect {
  const prepared = new Map<string, SqliteStatement>()

  function prepare(sql: string): SqliteStatement {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    if (prepared.size >= PREPARED) prepared.clear()
    const statement = adapt(database, lockAtBegin(sql))
    prepared.set(sql, statement)
    return statement
  }

  return new SqliteDialect({ database: { close: () => database.close(), prepare } })
}

function adapt(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql)
  const spread = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...spread(parameters)),
    run: (parameters) => statement.run(...spread(parameters)),
    iterate: (parameters) => statement.iterate(...spread(parameters)),
  }
}

/**
 * Our transactions all write. A plain `begin` takes the write lock at the first write, and fails without waiting when
 * somebody else has written since the transaction's first read.
 */
function lockAtBegin(sql: string): string {
  return sql === 'begin' ? 'begin immediate' : sql
}
