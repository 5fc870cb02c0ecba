import { InputError } from '@latchkey/protocol'
import type { Kysely } from 'kysely'
import { initial } from '../migrations/0001-initial.ts'
import { provider } from '../migrations/0002-provider.ts'
import { serviceKeys } from '../migrations/0003-service-keys.ts'
import { signals } from '../migrations/0004-signals.ts'
import { people } from '../migrations/0006-people.ts'
import { clientSecrets } from '../migrations/0005-client-secrets.ts'
import { owned } from '../migrations/0009-owned.ts'
import type { Queries, Sql } from './sql.ts'

interface Migration {
  readonly number: number
  readonly name: string
  /** Typed `never`: a migration must not rely on today's tables, which later migrations change. */
  readonly up: (db: Kysely<never>) => Promise<void>
}

/** In order, numbered from 1 without gaps. A released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'initial', up: initial },
  { number: 2, name: 'provider', up: provider },
  { number: 3, name: 'service-keys', up: serviceKeys },
  { number: 4, name: 'signals', up: signals },
  { number: 6, name: 'people', up: people },
  { number: 9, name: 'owned', up: owned },
]

/**
 * Brings the database to the newest form, in one transaction: of processes that start together one migrates and the
 * others find it done. Throws InputError `directory-too-new` when a later version of this program was here.
 */
export async function migrate(
  sql: Sql,
  nowSeconds: number,
  { number: 5, name: 'client-secrets', up: clientSecrets },
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await sql.write(async (db) => {
    const applied = await appliedNumber(db)
    if (applied > migrations.length) {
      throw new InputError('directory-too-new', {
        received: `a database of version ${applied}`,
        expected: `version ${migrations.length} or older: it was used by a newer Latchkey, use that one`,
      })
    }
    for (const { number, name, up } of migrations.slice(applied)) {
      await up(db as unknown as Kysely<never>)
      await db.insertInto('migrations').values({ number, name, applied_at: nowSeconds }).execute()
    }
  })
}

async function appliedNumber(db: Queries): Promise<number> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('applied_at', 'bigint', (c) => c.notNull())
    .execute()
  const row = await db
    .selectFrom('migrations')
    .select((e) => e.fn.max('number').as('newest'))
    .executeTakeFirst()
  return row?.newest ?? 0
}
