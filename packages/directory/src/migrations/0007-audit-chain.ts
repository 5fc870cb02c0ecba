import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely'
import { linkOf } from '../audit/audit-chain.ts'

const PAGE_ROWS = 500

/** Audit records say from where and by which request, are chained, and cannot be changed or taken away but by pruning. */
export async function auditChain(db: Kysely<never>): Promise<void> {
  for (const column of ['actor_address', 'request_id']) {
    await db.schema.alterTable('audit').addColumn(column, 'text').execute()
  }
  for (const column of ['seal', 'digest']) {
    await db.schema
      .alterTable('audit')
      .addColumn(column, 'text', (c) => c.notNull().defaultTo(''))
      .execute()
  }
  await db.schema.createIndex('audit_by_actor').on('audit').columns(['actor_sub', 'id']).execute()
  await db.schema.createIndex('audit_by_time').on('audit').columns(['at', 'id']).execute()
  await db.schema
    .createTable('audit_checkpoints')
    .addColumn('id', 'bigint', (c) => c.primaryKey())
    .addColumn('digest', 'text', (c) => c.notNull())
    .execute()
  await chainEarlierRecords(db)
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  for (const statement of isPostgres ? POSTGRES : SQLITE) await statement.execute(db)
}

interface EarlierRow {
  readonly id: number
  readonly at: number
  readonly actor_sub: string
  readonly actor_client_id: string | null
  readonly actor_sid: string | null
  readonly action: string
  readonly target: string
  readonly reason: string
  readonly detail: string
}

/**
 * There is no key here: they stay without a seal, and the first record that has one covers them. Their details may not be canonical:
 * they are chained as they stand. The form of a line never changes (audit-line.ts), so this migration may share it.
 */
async function chainEarlierRecords(db: Kysely<never>): Promise<void> {
  let previous = ''
  for (let after = 0; ; ) {
    const { rows } = await sql<EarlierRow>`
      select * from audit where id > ${after} order by id limit ${PAGE_ROWS}`.execute(db)
    for (const row of rows) {
      const { id, at, action, target, reason, detail } = row
      const actor = {
        sub: row.actor_sub,
        ...(row.actor_client_id !== null && { clientId: row.actor_client_id }),
        ...(row.actor_sid !== null && { sid: row.actor_sid }),
      }
      const facts = { id, at, actor, action, target, reason, detail, previous }
      const { digest } = linkOf(facts, undefined)
      await sql`update audit set digest = ${digest} where id = ${id}`.execute(db)
      previous = digest
      after = id
    }
    if (rows.length < PAGE_ROWS) return
  }
}

const REFUSAL = 'audit records stay as they are'

const SQLITE: readonly RawBuilder<unknown>[] = [
  sql`create trigger audit_stays before update on audit
      begin select raise(abort, ${sql.lit(REFUSAL)}); end`,
  // "insert or replace" deletes without asking the other triggers.
  sql`create trigger audit_replaces_nothing before insert on audit
      when exists (select 1 from audit where id = new.id)
      begin select raise(abort, ${sql.lit(REFUSAL)}); end`,
  sql`create trigger audit_grows before delete on audit
      when old.id > coalesce((select max(id) from audit_checkpoints), 0)
      begin select raise(abort, ${sql.lit(REFUSAL)}); end`,
  sql`create trigger audit_checkpoints_stay before update on audit_checkpoints
      begin select raise(abort, ${sql.lit(REFUSAL)}); end`,
  sql`create trigger audit_checkpoints_grow before delete on audit_checkpoints
      begin select raise(abort, ${sql.lit(REFUSAL)}); end`,
]

const POSTGRES: readonly RawBuilder<unknown>[] = [
  sql`create function audit_refuses() returns trigger language plpgsql as
      ${sql.lit(`begin raise exception '${REFUSAL}'; end`)}`,
  sql`create function audit_grows() returns trigger language plpgsql as
      ${sql.lit(`begin
        if old.id > coalesce((select max(id) from audit_checkpoints), 0) then
          raise exception '${REFUSAL}';
        end if;
        return old;
      end`)}`,
  sql`create trigger audit_stays before update on audit
      for each row execute function audit_refuses()`,
  sql`create trigger audit_grows before delete on audit
      for each row execute function audit_grows()`,
  sql`create trigger audit_never_empties before truncate on audit
      for each statement execute function audit_refuses()`,
  sql`create trigger audit_checkpoints_stay before update or delete on audit_checkpoints
      for each row execute function audit_refuses()`,
  sql`create trigger audit_checkpoints_never_empty before truncate on audit_checkpoints
      for each statement execute function audit_refuses()`,
]
