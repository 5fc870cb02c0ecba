import type { Kysely } from 'kysely'

/** Security events for other systems: who hears what about whom. And services whose tokens have a place in a status list. */
export async function signals(db: Kysely<never>): Promise<void> {
  const { schema } = db
  for (const [table, column] of [
    ['clients', 'signals'],
    ['services', 'status_list'],
  ] as const) {
    await schema
      .alterTable(table)
      .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  }
  await schema
    .createTable('streams')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('client_id', 'text', (c) =>
      c.notNull().unique().references('clients.id').onDelete('cascade'),
    )
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('status_reason', 'text', (c) => c.notNull())
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('endpoint', 'text')
    .addColumn('sealed_authorization', 'text')
    .addColumn('events_requested', 'text', (c) => c.notNull())
    .addColumn('description', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('stream_exclusions')
    .addColumn('stream_id', 'text', (c) => c.notNull().references('streams.id').onDelete('cascade'))
    .addColumn('subject', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('stream_exclusions_key', ['stream_id', 'subject'])
    .execute()
  // No reference to users: the receiver must still hear that somebody was deleted.
  await schema
    .createTable('client_people')
    .addColumn('client_id', 'text', (c) => c.notNull().references('clients.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('client_people_key', ['client_id', 'user_id'])
    .execute()
  await schema.createIndex('client_people_by_user').on('client_people').column('user_id').execute()
}
