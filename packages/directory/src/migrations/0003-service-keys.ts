import { type Kysely, sql } from 'kysely'

/** Keys have lives: what the feed brings to verifiers before it signs, and for as long as what it signed is alive. */
export async function serviceKeys(db: Kysely<never>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('service_keys')
    .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('service_keys_key', ['audience', 'generation'])
    .execute()
  // Nobody noted when a key began to sign; the directory itself is the earliest moment that is known.
  const opened = sql`(select applied_at from migrations where number = 1)`
  // Older generations are left out: they stopped being good the moment they were replaced.
  await sql`
    insert into service_keys (audience, generation, state, since)
    select audience, key_generation, 'active', ${opened} from services`.execute(db)
  await schema
    .alterTable('signing_keys')
    .addColumn('since', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute()
  await sql`update signing_keys set since = created_at`.execute(db)
  for (const [table, column] of [
    ['service_keys', 'audience'],
    ['signing_keys', 'alg'],
  ] as const) {
    for (const state of ['active', 'pending'] as const) {
      // Two keys that sign, or two that wait, would be a fault that no later step could put right.
      await sql`
        create unique index ${sql.ref(`${table}_${state}`)} on ${sql.table(table)} (${sql.ref(column)})
        where state = ${sql.lit(state)}`.execute(db)
    }
  }
}
