import type { Kysely } from 'kysely'

/** Who holds a grant at a service: the rule of the last administrator asks, in the transaction of every change of rights. */
export async function grantsByText(db: Kysely<never>): Promise<void> {
  await db.schema
    .createIndex('grants_by_text')
    .on('grants')
    .columns(['audience', 'route_grant', 'holder'])
    .execute()
}
