import type { Kysely } from 'kysely'

/** Everything the directory began with. Written once: a later change is a later migration. */
export async function initial(db: Kysely<never>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('username', 'text', (c) => c.notNull())
    .addColumn('username_key', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('email_verified', 'integer', (c) => c.notNull())
    .addColumn('locale', 'text')
    .addColumn('password_hash', 'text')
    .addColumn('password_changed_at', 'bigint')
    .addColumn('disabled', 'integer', (c) => c.notNull())
    .addColumn('search_text', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute()
  // Outlives its user: an id is never given again.
  await schema
    .createTable('user_ids')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('issued_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('services')
    .addColumn('audience', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('alg', 'text', (c) => c.notNull())
    .addColumn('key_generation', 'integer', (c) => c.notNull())
    .addColumn('access_token_seconds', 'integer', (c) => c.notNull())
    .addColumn('disabled', 'integer', (c) => c.notNull())
    .addColumn('next_route', 'integer', (c) => c.notNull())
    .execute()
  await schema
    .createTable('clients')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('secret_hash', 'text')
    .addColumn('redirect_uris', 'text', (c) => c.notNull())
    .addColumn('post_logout_redirect_uris', 'text', (c) => c.notNull())
    .addColumn('backchannel_logout_uri', 'text')
    .addColumn('grant_types', 'text', (c) => c.notNull())
    .addColumn('auth_method', 'text', (c) => c.notNull())
    .addColumn('require_pkce', 'integer', (c) => c.notNull())
    .addColumn('first_party', 'integer', (c) => c.notNull())
    .addColumn('id_token_alg', 'text', (c) => c.notNull())
    .addColumn('disabled', 'integer', (c) => c.notNull())
    .execute()
  await schema
    .createTable('roles')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('description', 'text', (c) => c.notNull())
    .execute()
  await links(db)
  await records(db)
}

/** Who is tied to whom. Roles, clients and services that are in use cannot go. */
async function links({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('user_roles')
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull().references('roles.name'))
    .addPrimaryKeyConstraint('user_roles_key', ['user_id', 'role'])
    .execute()
  await schema
    .createIndex('user_roles_by_role')
    .on('user_roles')
    .columns(['role', 'user_id'])
    .execute()
  // The holder is a user, a client or a role, told apart by a prefix, so no foreign key can name it.
  await schema
    .createTable('grants')
    .addColumn('holder', 'text', (c) => c.notNull())
    .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
    .addColumn('route_grant', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('grants_key', ['holder', 'audience', 'route_grant'])
    .execute()
  for (const table of ['client_services', 'service_clients'] as const) {
    await schema
      .createTable(table)
      .addColumn('client_id', 'text', (c) => c.notNull().references('clients.id'))
      .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
      .addColumn('place', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['client_id', 'audience'])
      .execute()
  }
  await schema
    .createTable('routes')
    .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('pattern', 'text', (c) => c.notNull())
    .addColumn('current', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('routes_key', ['audience', 'number'])
    .addUniqueConstraint('routes_once', ['audience', 'method', 'pattern'])
    .execute()
}

async function records({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('audit')
    .addColumn('id', 'bigint', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('actor_sub', 'text', (c) => c.notNull())
    .addColumn('actor_client_id', 'text')
    .addColumn('actor_sid', 'text')
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('audit_by_action').on('audit').columns(['action', 'id']).execute()
  await schema.createIndex('audit_by_target').on('audit').columns(['target', 'id']).execute()
  await schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (c) => c.primaryKey())
    .addColumn('alg', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('public_jwk', 'text', (c) => c.notNull())
    .addColumn('wrapped_private_key', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('counters')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute()
}
