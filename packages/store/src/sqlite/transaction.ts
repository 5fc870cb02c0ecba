import type { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from '@latchkey/protocol'

/** Runs one piece of synchronous work: all of it is kept, or nothing. */
export type Transaction = <T>(work: () => T) => T

export interface Transactions {
  readonly read: Transaction
  /** Survives the end of the process, however it ends; the last ones may be lost when the power fails. */
  readonly write: Transaction
  /** On the disk before it returns, with all that was written before. */
  readonly writeThrough: Transaction
}

/**
 * Node runs the work in one go, so nothing comes in between. What SQLite refuses (disk full, I/O error, closed) becomes
 * StoreUnavailable, with nothing changed.
 */
export function transactions(database: DatabaseSync): Transactions {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')

  function inTransaction<T>(work: () => T): T {
    begin.run()
    try {
      const result = work()
      commit.run()
      return result
    } catch (error) {
      if (database.isTransaction) rollback.run()
      throw error
    }
  }

  return {
    read: translated,
    write: (work) => translated(() => inTransaction(work)),
    writeThrough: (work) =>
      translated(() => {
        database.exec('PRAGMA synchronous = FULL')
        try {
          return inTransaction(work)
        } finally {
          database.exec('PRAGMA synchronous = NORMAL')
        }
      }),
  }
}

function translated<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // ERR_INVALID_STATE: the database was closed.
    if (code === 'ERR_SQLITE_ERROR' || code === 'ERR_INVALID_STATE') {
      throw new StoreUnavailable('SQLite', { cause: error })
    }
    throw error
  }
}
