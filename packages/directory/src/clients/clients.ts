import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { Sealing } from '../contract/sealing.ts'
import type { Client, Clients } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { type Held, livingRights, mergeGrants } from '../rights/living-rights.ts'
import { flag, optional } from '../sql/columns.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { readClients } from './read-clients.ts'
import { removeClient } from './remove-client.ts'
import { saveClient } from './save-client.ts'

export interface ClientsDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly sealing?: Sealing | undefined
}

export function clientsIn({ sql, clock, sealing }: ClientsDeps): Clients {
  const find = (id: string) => sql.read((db) => findClient(db, id))
  return {
    find,
    recall: find,
    save: (client) =>
      sql.write(async (db) => {
        await saveClient(db, client, { now: nowSeconds(clock), sealing })
        return (await findClient(db, client.id)) as Client
      }),
    sealsSecrets: sealing !== undefined,
    remove: (id) => sql.write((db) => removeClient(db, id, nowSeconds(clock))),
    setDisabled: (id, disabled) =>
      sql.write(async (db) => {
        const change = { disabled: flag(disabled) }
        const result = await db
          .updateTable('clients')
          .set(change)
          .where('id', '=', id)
          .executeTakeFirst()
        if (result.numUpdatedRows === 1n) return
        throw new InputError('unknown-client', {
          received: quoted(id),
          expected: 'the id of a client',
        })
      }),
    page: ({ after, limit }) =>
      sql.read(async (db) => {
        checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
        const first = db.selectFrom('clients').selectAll().orderBy('id').limit(limit)
        const rows = await (after === undefined ? first : first.where('id', '>', after)).execute()
        return readClients(db, rows)
      }),
    list: () =>
      sql.read(async (db) => {
        const rows = await db.selectFrom('clients').selectAll().orderBy('id').execute()
        return readClients(db, rows)
      }),
    rightsAt: livingRights(heldByClientIn(sql), clock),
  }
}

/** What `rightsAt` is decided from, for a caller who remembers it. */
export function heldByClientIn(sql: Sql) {
  return (id: string, audience: string) => sql.read((db) => heldByClient(db, id, audience))
}

async function findClient(db: Queries, id: string): Promise<Client | undefined> {
  const row = await db.selectFrom('clients').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : (await readClients(db, [row]))[0]
}

async function heldByClient(db: Queries, id: string, audience: string): Promise<Held> {
  const rows = await db
    .selectFrom('grants')
    .innerJoin('clients', (join) => join.on('clients.id', '=', id).on('clients.disabled', '=', 0))
    .select(['grants.route_grant', 'grants.until'])
    .where('grants.holder', '=', holderOf.client(id))
    .where('grants.audience', '=', audience)
    .execute()
  return mergeGrants(
    rows.map(({ route_grant, until }) => ({ grant: route_grant, ...optional('until', until) })),
  )
}
