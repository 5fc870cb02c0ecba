import { type Kysely, sql } from 'kysely'

/** External ids of provisioning clients, of each client its own: see `ProvisionedIds`. */
export async function provisioned(db: Kysely<never>): Promise<void> {
  await ofKind(db, 'user')
  await ofKind(db, 'group')
}

async function ofKind(db: Kysely<never>, kind: 'user' | 'group'): Promise<void> {
  const [name, things] = [`provisioned_${kind}s`, `${kind}s`]
  await db.schema
    .createTable(name)
    .addColumn('id', 'text', (c) => c.notNull().references(`${things}.id`).onDelete('cascade'))
    .addColumn('client_id', 'text', (c) => c.notNull())
    .addColumn('external_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, ['id', 'client_id'])
    .addUniqueConstraint(`${name}_external`, ['client_id', 'external_id'])
    .execute()
  // What a client has given until now is its own, too: the audit log says which one has created or changed this last.
  const told = (action: string) => sql.lit(`${kind}.${action}`)
  await sql`
    insert into ${sql.table(name)} (id, client_id, external_id)
    select thing.id, record.actor_client_id, thing.external_id
    from ${sql.table(things)} thing
    join (
      select target, max(id) as id from audit
      where action in (${told('create')}, ${told('update')})
        and detail like '%"by":"scim"%' and actor_client_id is not null
      group by target
    ) last on last.target = ${sql.lit(`${kind} `)} || thing.id
    join audit record on record.id = last.id
    where thing.external_id is not null`.execute(db)
}
