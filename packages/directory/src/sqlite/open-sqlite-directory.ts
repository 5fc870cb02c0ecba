import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { InputError, nowSeconds } from '@latchkey/protocol'
import { Kysely } from 'kysely'
import { checkAttributeRules } from '../checks/attribute-rules.ts'
import type { Directory } from '../directory.ts'
import type { DirectoryOptions } from '../directory-options.ts'
import { passwordsWith } from '../passwords/passwords.ts'
import { migrate, requireMigrated } from '../sql/migrate.ts'
import { openSql, untilFree } from '../sql/sql.ts'
import type { Tables } from '../sql/tables.ts'
import { sqlDirectory } from '../sql-directory.ts'
import { dataVersions } from './data-versions.ts'
import { sqliteDialect } from './dialect.ts'
import { sqliteEngine } from './engine.ts'
import { isNoDatabase, sqliteFault } from './fault.ts'

export interface SqliteDirectoryOptions extends DirectoryOptions {
  /** Path of the database, created when it is missing (its folder is not), or `:memory:`. */
  readonly file: string
}

/**
 * Opens the embedded directory and brings it to the newest form. Several processes may open one file. Throws InputError
 * `directory-too-new`, `directory-not-migrated` or `directory-file`, and StoreUnavailable when the file cannot be used.
 */
export async function openSqliteDirectory(options: SqliteDirectoryOptions): Promise<Directory> {
  const { file, clock, random, hashing, sealing, auditKey, migrations = 'auto' } = options
  const attributes = options.attributes ?? []
  checkAttributeRules(attributes)
  const sql = await openSqlite(file)
  try {
    if (migrations === 'auto') await migrate(sql, nowSeconds(clock))
    else await requireMigrated(sql)
  } catch (error) {
    await sql.close()
    throw error
  }
  const passwords = passwordsWith(random, hashing)
  return sqlDirectory({ sql, clock, random, passwords, sealing, auditKey, attributes })
}

/** The file as it is, in whatever form. */
export async function openSqlite(file: string): Promise<ReturnType<typeof openSql>> {
  const database = await untilFree(sqliteFault, () => openDatabase(file))
  const kysely = new Kysely<Tables>({ dialect: sqliteDialect(database) })
  return openSql(kysely, sqliteEngine, dataVersions(database))
}

function openDatabase(file: string): DatabaseSync {
  if (file !== ':memory:') createPrivately(file)
  // No busy timeout: the driver would block the event loop while it waits. `untilFree` does the waiting.
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 0 })
  try {
    // FULL: what was acknowledged survives a power cut too. Writes are rare here.
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    return database
  } catch (error) {
    database.close()
    if (!isNoDatabase(error)) throw error
    throw new InputError('directory-file', {
      received: 'a file that is no SQLite database',
      expected: 'a directory file, or none yet',
      where: file,
    })
  }
}

/** Password hashes are inside: for the owner's eyes only. SQLite gives its other files the mode of this one. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error'
    throw new InputError('directory-file', {
      received: code,
      expected: 'a file that can be written, in a folder that exists',
      where: file,
    })
  }
}
