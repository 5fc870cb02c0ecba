import { PROVISIONED } from '../provisioned.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'

/**
 * Takes the client away with its grants, its services, its external ids and what people allowed it; services forget its credentials. The id
 * is noted for ever: tokens and records still name it. False when there is none.
 */
export async function removeClient(db: Queries, id: string, now: number): Promise<boolean> {
  await db.deleteFrom('client_services').where('client_id', '=', id).execute()
  await db.deleteFrom('service_clients').where('client_id', '=', id).execute()
  const result = await db.deleteFrom('clients').where('id', '=', id).executeTakeFirst()
  if (result.numDeletedRows === 0n) return false
  await db.deleteFrom('grants').where('holder', '=', holderOf.client(id)).execute()
  for (const table of Object.values(PROVISIONED)) {
    await db.deleteFrom(table).where('client_id', '=', id).execute()
  }
  await db.insertInto('removed_clients').values({ id, removed_at: now }).execute()
  return true
}
