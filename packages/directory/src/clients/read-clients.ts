import type { Client } from '../directory.ts'
import { grantsOf, holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'
import type { ClientRow } from '../sql/tables.ts'
import { clientMembers } from './client-columns.ts'
import { readSecrets } from './secret-rows.ts'

/** The clients of these rows, in their order, with secrets, services and grants: three more queries however many they are. */
export async function readClients(db: Queries, rows: readonly ClientRow[]): Promise<Client[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const serviceRows = await db
    .selectFrom('client_services')
    .selectAll()
    .where('client_id', 'in', ids)
    .orderBy('place')
    .execute()
  const services = Map.groupBy(serviceRows, (row) => row.client_id)
  const secrets = await readSecrets(db, ids)
  const grants = await grantsOf(db, ids.map(holderOf.client))
  return rows.map((row) => {
    const audiences = (services.get(row.id) ?? []).map(({ audience }) => audience)
    return {
      ...clientMembers(row, audiences, grants(holderOf.client(row.id))),
      secrets: secrets.get(row.id) ?? [],
      createdAt: row.created_at,
    }
  })
}
