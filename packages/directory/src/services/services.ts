import type { Service, Services } from '../directory.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import type { ServiceRow } from '../sql/tables.ts'
import { lockService } from './lock-service.ts'
import { publishRoutes, readCatalogue } from './publish-routes.ts'
import { saveService } from './save-service.ts'

export function servicesIn(sql: Sql): Services {
  return {
    find: (audience) =>
      sql.read(async (db) => {
        const rows = await db
          .selectFrom('services')
          .selectAll()
          .where('audience', '=', audience)
          .execute()
        return (await readServices(db, rows))[0]
      }),
    save: (service) => sql.write((db) => saveService(db, service)),
    list: () =>
      sql.read(async (db) => {
        const rows = await db.selectFrom('services').selectAll().orderBy('audience').execute()
        return readServices(db, rows)
      }),
    nextKeyGeneration: (audience) =>
      sql.write(async (db) => {
        const next = (await lockService(db, audience)).key_generation + 1
        await db
          .updateTable('services')
          .set({ key_generation: next })
          .where('audience', '=', audience)
          .execute()
        return next
      }),
    publishRoutes: (audience, routes) => sql.write((db) => publishRoutes(db, audience, routes)),
    catalogue: (audience) => sql.read((db) => readCatalogue(db, audience)),
  }
}

async function readServices(db: Queries, rows: readonly ServiceRow[]): Promise<Service[]> {
  if (rows.length === 0) return []
  const audiences = rows.map((row) => row.audience)
  const clientRows = await db
    .selectFrom('service_clients')
    .selectAll()
    .where('audience', 'in', audiences)
    .orderBy('place')
    .execute()
  const clients = Map.groupBy(clientRows, (row) => row.audience)
  return rows.map((row) => ({
    audience: row.audience,
    name: row.name,
    alg: row.alg,
    keyGeneration: row.key_generation,
    clients: (clients.get(row.audience) ?? []).map(({ client_id }) => client_id),
    accessTokenSeconds: row.access_token_seconds,
    disabled: row.disabled === 1,
  }))
}
