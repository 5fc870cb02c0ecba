/** The ways to a directory, each with its driver, which is loaded when somebody takes it: no program takes all of them. */
import type * as migrations from './open-migrations.ts'
import type * as postgres from './postgres/open-postgres-directory.ts'
import type * as sqlite from './sqlite/open-sqlite-directory.ts'

/** The directory in PostgreSQL: postgres/open-postgres-directory.ts says what it throws. */
export const openPostgresDirectory: typeof postgres.openPostgresDirectory = async (options) => {
  const { openPostgresDirectory } = await import('./postgres/open-postgres-directory.ts')
  return await openPostgresDirectory(options)
}

/** The directory in a file of SQLite: sqlite/open-sqlite-directory.ts. */
export const openSqliteDirectory: typeof sqlite.openSqliteDirectory = async (options) => {
  const { openSqliteDirectory } = await import('./sqlite/open-sqlite-directory.ts')
  return await openSqliteDirectory(options)
}

/** Either of them as it is, for whoever migrates by hand: open-migrations.ts. */
export const openMigrations: typeof migrations.openMigrations = async (place, clock) => {
  const { openMigrations } = await import('./open-migrations.ts')
  return await openMigrations(place, clock)
}
