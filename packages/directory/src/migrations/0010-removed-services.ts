import type { Kysely } from 'kysely'

/** How far the keys of services were counted that are no more: see `Services.remove`. */
export async function removedServices(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('removed_services')
    .addColumn('audience', 'text', (c) => c.primaryKey())
    .addColumn('key_generation', 'integer', (c) => c.notNull())
    .addColumn('removed_at', 'bigint', (c) => c.notNull())
    .execute()
}
