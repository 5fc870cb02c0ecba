import { type Kysely, sql } from 'kysely'

/** A client has secrets instead of one: the next one is given out while the old one is still in use. */
export async function clientSecrets(db: Kysely<never>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('client_secrets')
    .addColumn('id', 'bigint', (c) => c.primaryKey())
    .addColumn('client_id', 'text', (c) => c.notNull().references('clients.id').onDelete('cascade'))
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute()
  await schema.createIndex('client_secrets_of').on('client_secrets').column('client_id').execute()
  await sql`
    insert into client_secrets (id, client_id, hash, sealed, created_at)
    select row_number() over (order by id), id, secret_hash, sealed_secret, created_at
    from clients where secret_hash is not null`.execute(db)
  // Ids go on behind those that were given here.
  await sql`
    insert into counters (name, value)
    select 'client_secrets', count(*) from client_secrets`.execute(db)
  for (const column of ['secret_hash', 'sealed_secret']) {
    await schema.alterTable('clients').dropColumn(column).execute()
  }
}
