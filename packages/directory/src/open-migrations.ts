import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { DirectoryExamination } from './contract/examination.ts'
import { migratePatiently, openPostgres } from './postgres/open-postgres-directory.ts'
import { examine } from './sql/examine.ts'
import { type MigrationStatus, migrate, migrationStatus } from './sql/migrate.ts'
import { openSqlite } from './sqlite/open-sqlite-directory.ts'

/** Where a directory is kept: a file of SQLite, or a database of PostgreSQL. */
export type MigrationsPlace = { readonly file: string } | { readonly url: string }

/** For whoever migrates by hand instead of by starting an issuer. */
export interface Migrations {
  /** Throws InputError `directory-too-new`. */
  status(): Promise<MigrationStatus>
  /** As `Directory.examine`. */
  examine(): Promise<DirectoryExamination>
  /** Runs what is pending, all or nothing, and waits for whoever is at it already. */
  up(): Promise<void>
  close(): Promise<void>
}

/** Opens a directory without bringing it to the newest form. Throws as `openSqliteDirectory` and `openPostgresDirectory` do. */
export async function openMigrations(place: MigrationsPlace, clock: Clock): Promise<Migrations> {
  const sql = 'url' in place ? openPostgres(place.url) : await openSqlite(place.file)
  return {
    status: () => migrationStatus(sql),
    examine: () => examine(sql),
    up: () =>
      'url' in place
        ? migratePatiently(place.url, nowSeconds(clock))
        : migrate(sql, nowSeconds(clock)),
    close: () => sql.close(),
  }
}
