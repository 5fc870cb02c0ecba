import { nowSeconds } from '@latchkey/protocol'
import { Kysely, PostgresDialect, sql as sqlText } from 'kysely'
import { checkAttributeRules } from '../checks/attribute-rules.ts'
import type { Directory } from '../directory.ts'
import type { DirectoryOptions } from '../directory-options.ts'
import { passwordsWith } from '../passwords/passwords.ts'
import { migrate, migrationStatus, requireMigrated } from '../sql/migrate.ts'
import { openSql } from '../sql/sql.ts'
import type { Tables } from '../sql/tables.ts'
import { sqlDirectory } from '../sql-directory.ts'
import { boundedPool } from './bounded-pool.ts'
import { openPool } from './connection.ts'
import { postgresEngine } from './engine.ts'
import { CONNECTIONS, limitsFor } from './limits.ts'
import { snapshotVersions } from './snapshot-versions.ts'

export interface PostgresDirectoryOptions extends DirectoryOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`; see `checkPostgresUrl`. A secret. */
  readonly url: string
  /** Connections of this process at most. Default 10. */
  readonly pool?: number
  /** After so many milliseconds without an answer the directory is unavailable. Default 430: see `PostgresLimits`. */
  readonly answerMs?: number
}

/**
 * Opens the directory in a database of PostgreSQL 14 or later, which any number of processes share. Throws InputError
 * `directory-url`, `directory-too-new` or `directory-not-migrated`, and StoreUnavailable when the server does not answer.
 */
export async function openPostgresDirectory(options: PostgresDirectoryOptions): Promise<Directory> {
  const {
    url,
    pool,
    answerMs,
    clock,
    random,
    hashing,
    sealing,
    auditKey,
    migrations = 'auto',
  } = options
  const attributes = options.attributes ?? []
  checkAttributeRules(attributes)
  const sql = openPostgres(url, { pool, answerMs })
  try {
    if (migrations === 'manual') await requireMigrated(sql)
    else if ((await migrationStatus(sql)).pending.length > 0) {
      await migratePatiently(url, nowSeconds(clock))
    }
  } catch (error) {
    await sql.close()
    throw error
  }
  const passwords = passwordsWith(random, hashing)
  return sqlDirectory({ sql, clock, random, passwords, sealing, auditKey, attributes })
}

/** The database as it is, in whatever form. */
export function openPostgres(
  url: string,
  options: { pool?: number | undefined; answerMs?: number | undefined } = {},
): ReturnType<typeof openSql> {
  const limits = limitsFor(options.answerMs)
  const pool = openPool(url, options.pool ?? CONNECTIONS, limits)
  let connections = 0
  pool.on('connect', () => {
    connections += 1
  })
  const dialect = new PostgresDialect({ pool: boundedPool(pool, limits.answerMs) })
  const kysely = new Kysely<Tables>({ dialect })
  const sql = openSql(
    kysely,
    postgresEngine,
    snapshotVersions(() => sql.read(look)),
  )
  return sql

  /**
   * After a crash or a failover, transactions that were lost may have given their numbers to others. All connections are
   * lost with them, so the number of those that were made tells the two apart; behind a pooler, the start of the server does.
   */
  async function look(db: Kysely<Tables>): Promise<string> {
    const { rows } = await sqlText<{ snapshot: string }>`
      select pg_current_snapshot() || ' ' || pg_postmaster_start_time() as snapshot`.execute(db)
    return `${connections} ${rows[0]?.snapshot}`
  }
}

/** A migration may rebuild a table and wait for one that does: without limits of time. */
export async function migratePatiently(url: string, nowSeconds: number): Promise<void> {
  const sql = openPatiently(url)
  try {
    await migrate(sql, nowSeconds)
  } finally {
    await sql.close()
  }
}

/** One connection that waits for ever. */
export function openPatiently(url: string): ReturnType<typeof openSql> {
  const dialect = new PostgresDialect({ pool: boundedPool(openPool(url, 1)) })
  return openSql(new Kysely<Tables>({ dialect }), postgresEngine)
}
