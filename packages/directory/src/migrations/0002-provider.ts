import { type Kysely, sql } from 'kysely'

/** What a full OpenID Provider keeps besides: metadata of clients, profiles, consents, tokens for registration. */
export async function provider(db: Kysely<never>): Promise<void> {
  const { schema } = db
  // One at a time: SQLite adds one column by a statement.
  for (const [table, column, type, standard] of NEW_COLUMNS) {
    await schema
      .alterTable(table)
      .addColumn(column, type, (c) => (standard === null ? c : c.notNull().defaultTo(standard)))
      .execute()
  }
  // Nobody noted when older clients were made; the directory itself is the earliest moment that is known.
  const opened = sql`(select applied_at from migrations where number = 1)`
  await sql`update clients set created_at = ${opened}`.execute(db)
  // Outlives its client: an id is never given again.
  await schema
    .createTable('removed_clients')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('removed_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('consents')
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('client_id', 'text', (c) => c.notNull().references('clients.id').onDelete('cascade'))
    .addColumn('granted', 'text', (c) => c.notNull())
    .addColumn('declined', 'text', (c) => c.notNull())
    .addColumn('audiences', 'text', (c) => c.notNull())
    .addColumn('routes', 'text')
    .addColumn('granted_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('consents_key', ['user_id', 'client_id'])
    .execute()
  await schema.createIndex('consents_by_client').on('consents').column('client_id').execute()
  await schema
    .createTable('registration_tokens')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('note', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('uses_left', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
}

/** Table, column, type, and what rows have that were there before; null: nothing. */
const NEW_COLUMNS = [
  ['clients', 'sealed_secret', 'text', null],
  ['clients', 'frontchannel_logout_uri', 'text', null],
  ['clients', 'frontchannel_session_required', 'integer', 0],
  ['clients', 'jwks', 'text', null],
  ['clients', 'jwks_uri', 'text', null],
  ['clients', 'assertion_alg', 'text', null],
  ['clients', 'tls_client_name', 'text', null],
  ['clients', 'require_pushed_requests', 'integer', 0],
  ['clients', 'require_signed_requests', 'integer', 0],
  ['clients', 'request_object_alg', 'text', null],
  ['clients', 'require_dpop', 'integer', 0],
  ['clients', 'token_api', 'integer', 0],
  ['clients', 'may_impersonate', 'integer', 0],
  ['clients', 'userinfo_alg', 'text', null],
  ['clients', 'introspection_alg', 'text', 'RS256'],
  ['clients', 'subject_type', 'text', 'public'],
  ['clients', 'sector_host', 'text', null],
  ['clients', 'default_max_age', 'integer', null],
  ['clients', 'cors_origins', 'text', '[]'],
  ['clients', 'client_uri', 'text', null],
  ['clients', 'policy_uri', 'text', null],
  ['clients', 'tos_uri', 'text', null],
  ['clients', 'contacts', 'text', '[]'],
  ['clients', 'initiate_login_uri', 'text', null],
  ['clients', 'registration_token_hash', 'text', null],
  ['clients', 'created_at', 'bigint', 0],
  ['users', 'profile', 'text', '{}'],
  ['users', 'one_time_code_secret', 'text', null],
] as const
