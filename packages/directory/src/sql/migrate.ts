import { InputError } from '@latchkey/protocol'
import type { Kysely } from 'kysely'
import type { EngineName } from '../directory.ts'
import { initial } from '../migrations/0001-initial.ts'
import { provider } from '../migrations/0002-provider.ts'
import { serviceKeys } from '../migrations/0003-service-keys.ts'
import { signals } from '../migrations/0004-signals.ts'
import { clientSecrets } from '../migrations/0005-client-secrets.ts'
import { people } from '../migrations/0006-people.ts'
import { auditChain } from '../migrations/0007-audit-chain.ts'
import { catalogue } from '../migrations/0008-catalogue.ts'
import { owned } from '../migrations/0009-owned.ts'
import { removedServices } from '../migrations/0010-removed-services.ts'
import { userLooks } from '../migrations/0011-user-looks.ts'
import { userSearch } from '../migrations/0012-user-search.ts'
import { grantsByText } from '../migrations/0013-grants-by-text.ts'
import { changedUsers } from '../migrations/0014-changed-users.ts'
import { untoldEnds } from '../migrations/0015-untold-ends.ts'
import { provisioned } from '../migrations/0016-provisioned.ts'
import type { Queries, Sql } from './sql.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  /** Typed `never`: a migration must not rely on today's tables, which later migrations change. */
  readonly up: (db: Kysely<never>, engine: EngineName) => Promise<void>
}

export interface MigrationStatus {
  readonly engine: EngineName
  /** Oldest first; `appliedAt` in seconds since 1970. */
  readonly applied: readonly { number: number; name: string; appliedAt: number }[]
  /** In the order in which they will be run. */
  readonly pending: readonly { number: number; name: string }[]
}

/** In order, numbered from 1 without gaps. A released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'initial', up: initial },
  { number: 2, name: 'provider', up: provider },
  { number: 3, name: 'service-keys', up: serviceKeys },
  { number: 4, name: 'signals', up: signals },
  { number: 5, name: 'client-secrets', up: clientSecrets },
  { number: 6, name: 'people', up: people },
  { number: 7, name: 'audit-chain', up: auditChain },
  { number: 8, name: 'catalogue', up: catalogue },
  { number: 9, name: 'owned', up: owned },
  { number: 10, name: 'removed-services', up: removedServices },
  { number: 11, name: 'user-looks', up: userLooks },
  { number: 12, name: 'user-search', up: userSearch },
  { number: 13, name: 'grants-by-text', up: grantsByText },
  { number: 14, name: 'changed-users', up: changedUsers },
  { number: 15, name: 'untold-ends', up: untoldEnds },
  { number: 16, name: 'provisioned', up: provisioned },
]

/**
 * Brings the database to the newest form, in one transaction: of processes that start together one migrates and the
 * others find it done. Throws InputError `directory-too-new` when a later version of this program was here.
 */
export async function migrate(
  sql: Sql,
  nowSeconds: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await sql.write(async (db) => {
    const migrating = sql.engine.migrating(db)
    await createList(migrating)
    for (const { number, name, up } of pendingAfter(await appliedTo(db), migrations)) {
      await up(migrating as unknown as Kysely<never>, sql.engine.name)
      await db.insertInto('migrations').values({ number, name, applied_at: nowSeconds }).execute()
    }
  })
}

/** Looks and changes nothing, so it needs no right to change the schema. Throws InputError `directory-too-new`. */
export async function migrationStatus(
  sql: Sql,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<MigrationStatus> {
  const { engine } = sql
  const applied = await sql.read(async (db) =>
    (await engine.hasTable(db, 'migrations')) ? await appliedTo(db) : [],
  )
  const pending = pendingAfter(applied, migrations)
  return {
    engine: engine.name,
    applied,
    pending: pending.map(({ number, name }) => ({ number, name })),
  }
}

/** Throws InputError `directory-not-migrated` when something is pending. */
export async function requireMigrated(sql: Sql): Promise<void> {
  const { pending } = await migrationStatus(sql)
  if (pending.length === 0) return
  throw new InputError('directory-not-migrated', {
    received: `a database that lacks ${pending.map(({ number, name }) => `${number} ${name}`).join(', ')}`,
    expected: `version ${MIGRATIONS.length}: run latchkey migrate up, or set directory.migrate to auto`,
  })
}

function pendingAfter(
  applied: MigrationStatus['applied'],
  migrations: readonly Migration[],
): readonly Migration[] {
  const newest = applied.at(-1)?.number ?? 0
  if (newest > migrations.length) {
    throw new InputError('directory-too-new', {
      received: `a database of version ${newest}`,
      expected: `version ${migrations.length} or older: it was used by a newer Latchkey, use that one`,
    })
  }
  return migrations.slice(newest)
}

async function createList(db: Queries): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('applied_at', 'bigint', (c) => c.notNull())
    .execute()
}

async function appliedTo(db: Queries): Promise<MigrationStatus['applied']> {
  const rows = await db.selectFrom('migrations').selectAll().orderBy('number').execute()
  return rows.map(({ number, name, applied_at: appliedAt }) => ({ number, name, appliedAt }))
}
