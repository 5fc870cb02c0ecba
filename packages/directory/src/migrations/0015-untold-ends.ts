import type { Kysely } from 'kysely'

/** What changes have ended and the revocation log has not been told: see `UntoldEnds`. */
export async function untoldEnds({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('untold_ends')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('held_until', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createIndex('untold_ends_by_turn')
    .on('untold_ends')
    .columns(['held_until', 'id'])
    .execute()
}
