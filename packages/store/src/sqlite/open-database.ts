import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { InputError } from '@latchkey/protocol'
import { migrate } from './migrations.ts'

/** SQLite's result codes, of which the low byte is the kind: https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

/** How long the process before us may take to leave, as in a restart. */
const BUSY_TIMEOUT_MS = 1000

/**
 * Opens or creates the file, for this process alone, and brings it to the newest form. Throws InputError:
 * `store-locked` when another process has it open, `store-file` when it is no database, `store-too-new`.
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // Created here, so that nobody else may read it: session data is in it, and SQLite's side files copy its rights.
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    // The lock is the kernel's, taken with the first read and kept: it goes with the process, also after kill -9.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
    // transaction.ts says where more than NORMAL is wanted.
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    database.exec('BEGIN IMMEDIATE; COMMIT')
    writeFileSync(ownerFile(file), `process ${process.pid} on ${hostname()}\n`, { mode: 0o600 })
    migrate(database, file)
  } catch (error) {
    database.close()
    throw explain(error, file)
  }
  return database
}

function ownerFile(file: string): string {
  return `${file}.owner`
}

function explain(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  if (code === SQLITE_BUSY) {
    return new InputError('store-locked', {
      received: `${file} held by ${readOwner(file)}`,
      expected: 'a store file that no other process has open (stop that one, or use Redis)',
    })
  }
  if (code === SQLITE_NOTADB) {
    return new InputError('store-file', {
      received: `${file}, which is something else`,
      expected: 'a store file of Latchkey',
    })
  }
  return error
}

function readOwner(file: string): string {
  try {
    return readFileSync(ownerFile(file), 'utf8').trim()
  } catch {
    return 'another process'
  }
}
