import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import type { Services, StoredService } from '../directory.ts'
import { flag } from '../sql/columns.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import type { ServiceRow } from '../sql/tables.ts'
import { grantsAt } from './grants-at.ts'
import { publishRoutes } from './publish-routes.ts'
import { readCatalogue } from './read-catalogue.ts'
import { refuseUsed, removeService } from './remove-service.ts'
import { saveService } from './save-service.ts'

export function servicesIn({ sql, clock }: { readonly sql: Sql; readonly clock: Clock }): Services {
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
    save: (service) => sql.write((db) => saveService(db, service, nowSeconds(clock))),
    setDisabled: (audience, disabled) => sql.write((db) => changeState(db, audience, disabled)),
    remove: (audience) => sql.write((db) => removeService(db, audience, nowSeconds(clock))),
    refuseUsed: (audience) => sql.read((db) => refuseUsed(db, audience)),
    list: () =>
      sql.read(async (db) => {
        const rows = await db.selectFrom('services').selectAll().orderBy('audience').execute()
        return readServices(db, rows)
      }),
    grantsGiven: (audience, most) => sql.read((db) => grantsGiven(db, audience, most)),
    publishRoutes: (audience, routes, again = false) => publishRoutes(sql, audience, routes, again),
    grantsAt: (audience) => sql.read((db) => grantsAt(db, audience, nowSeconds(clock))),
    catalogue: (audience, living) => sql.read((db) => readCatalogue(db, audience, living)),
  }
}

async function grantsGiven(db: Queries, audience: string, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('grants')
    .select('route_grant')
    .distinct()
    .where('audience', '=', audience)
    .where('holder', 'not like', 'svc:%')
    .limit(most)
    .execute()
  return rows.map(({ route_grant }) => route_grant)
}

async function changeState(db: Queries, audience: string, disabled: boolean): Promise<void> {
  const result = await db
    .updateTable('services')
    .set({ disabled: flag(disabled) })
    .where('audience', '=', audience)
    .executeTakeFirst()
  if (result.numUpdatedRows === 1n) return
  throw new InputError('unknown-service', {
    received: quoted(audience),
    expected: 'the audience of a service',
  })
}

async function readServices(db: Queries, rows: readonly ServiceRow[]): Promise<StoredService[]> {
  if (rows.length === 0) return []
  const audiences = rows.map((row) => row.audience)
  const clientRows = await db
    .selectFrom('service_clients')
    .selectAll()
    .where('audience', 'in', audiences)
    .orderBy('place')
    .execute()
  const clients = Map.groupBy(clientRows, (row) => row.audience)
  const keyRows = await db
    .selectFrom('service_keys')
    .selectAll()
    .where('audience', 'in', audiences)
    .where('state', '!=', 'retired')
    .orderBy('generation')
    .execute()
  const keys = Map.groupBy(keyRows, (row) => row.audience)
  return rows.map((row) => {
    const living = (keys.get(row.audience) ?? []).map(({ generation, state, since }) => ({
      generation,
      state,
      since,
    }))
    const active = living.find(({ state }) => state === 'active')
    if (!active) throw new Error(`the service ${row.audience} has no active key`)
    return {
      audience: row.audience,
      name: row.name,
      alg: row.alg,
      keyGeneration: active.generation,
      keys: living,
      clients: (clients.get(row.audience) ?? []).map(({ client_id }) => client_id),
      accessTokenSeconds: row.access_token_seconds,
      statusList: row.status_list === 1,
      disabled: row.disabled === 1,
      catalogue: { length: row.next_route, hash: row.catalogue_hash },
    }
  })
}
