import type { Kysely } from 'kysely'

/** What cluster files own. No references: `id` is of several tables, and a mark without its thing does nothing. */
export async function owned(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('owned')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('file', 'text', (c) => c.notNull())
    .addColumn('applied', 'integer', (c) => c.notNull())
    .addColumn('retired', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('owned_key', ['kind', 'id'])
    .execute()
}
