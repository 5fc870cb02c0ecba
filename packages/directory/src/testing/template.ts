import { systemClock } from '@latchkey/protocol'
import { openMigrations } from '../open-migrations.ts'
import type { PostgresServer } from './postgres-server.ts'
import { runSql } from './run-sql.ts'

/** The environment variable with the port of a server that whoever runs many test files has started for all of them. */
export const SHARED_SERVER = 'LATCHKEY_TEST_POSTGRES_PORT'

/** A database in today's form, of which others are copies. */
export const TEMPLATE = 'latchkey_template'

/** Makes the database that tests begin with. */
export async function prepareTemplate({ url }: Pick<PostgresServer, 'url'>): Promise<void> {
  await runSql(url('postgres'), `create database ${TEMPLATE}`)
  const migrations = await openMigrations({ url: url(TEMPLATE) }, systemClock)
  await migrations.up()
  await migrations.close()
}
