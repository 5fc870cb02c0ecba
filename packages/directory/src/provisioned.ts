/** External ids by provisioning client: RFC 7643 section 3.1. */
import { checkExternalId, externalIdTaken } from './checks/external-id.ts'
import type { ProvisionedIds, ProvisionedKind } from './directory.ts'
import type { Queries, Sql } from './sql/sql.ts'

/** Each kind has a table of its own, so that what goes takes its external ids along. */
export const PROVISIONED = {
  user: 'provisioned_users',
  group: 'provisioned_groups',
} as const satisfies Record<ProvisionedKind, string>

export function provisionedIn({ sql }: { readonly sql: Sql }): ProvisionedIds {
  return {
    of: (kind, clientId, ids) =>
      sql.read(async (db) => {
        if (ids.length === 0) return new Map()
        const rows = await db
          .selectFrom(PROVISIONED[kind])
          .select(['id', 'external_id'])
          .where('client_id', '=', clientId)
          .where('id', 'in', [...ids])
          .execute()
        return new Map(rows.map(({ id, external_id }) => [id, external_id]))
      }),
    save: ({ kind, clientId, id, externalId }) =>
      sql.write(async (db) => {
        const external_id = checkExternalId(externalId)
        const table = PROVISIONED[kind]
        if (external_id !== null) await refuseTaken(db, table, { clientId, id, external_id })
        await db.deleteFrom(table).where('client_id', '=', clientId).where('id', '=', id).execute()
        if (external_id === null) return
        await db.insertInto(table).values({ id, client_id: clientId, external_id }).execute()
      }),
    clientsOf: (kind, ids) =>
      sql.read(async (db) => {
        if (ids.length === 0) return new Map()
        const rows = await db
          .selectFrom(PROVISIONED[kind])
          .select(['id', 'client_id'])
          .where('id', 'in', [...ids])
          .orderBy('client_id')
          .execute()
        const byId = Map.groupBy(rows, ({ id }) => id)
        return new Map([...byId].map(([id, of]) => [id, of.map(({ client_id }) => client_id)]))
      }),
  }
}

async function refuseTaken(
  db: Queries,
  table: (typeof PROVISIONED)[ProvisionedKind],
  { clientId, id, external_id }: { clientId: string; id: string; external_id: string },
): Promise<void> {
  const other = await db
    .selectFrom(table)
    .select('id')
    .where('client_id', '=', clientId)
    .where('external_id', '=', external_id)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (other !== undefined) throw externalIdTaken(external_id)
}
