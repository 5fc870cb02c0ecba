import { InputError } from '@latchkey/protocol'
import { checkClient } from '../checks/client.ts'
import { quoted } from '../checks/text.ts'
import type { Client, NewClient } from '../directory.ts'
import { holderOf, replaceGrants } from '../sql/grants.ts'
import { requireKnown } from '../sql/require-known.ts'
import type { Queries } from '../sql/sql.ts'
import { clientColumns } from './client-columns.ts'
import { completeClient } from './complete-client.ts'
import { replaceSecrets, type SecretDeps } from './replace-secrets.ts'

/** See `Clients.save`; in the caller's transaction. */
export async function saveClient(db: Queries, given: NewClient, deps: SecretDeps): Promise<void> {
  const client = completeClient(given)
  checkClient(client)
  const { id, services } = client
  const references = services.map((name, index) => ({ name, where: `services[${index}]` }))
  await requireKnown(db, 'service', references)
  const columns = clientColumns(client)
  await db
    .insertInto('clients')
    .values({ id, created_at: deps.now, ...columns })
    .onConflict((clash) => clash.column('id').doUpdateSet(columns))
    .execute()
  await refuseRemoved(db, id)
  await replaceSecrets(db, client, given, deps)
  await replaceServices(db, client)
  await replaceGrants(db, holderOf.client(id), client.grants)
}

/** After the row is written: a removal at the same time has either seen the row or is seen here. */
async function refuseRemoved(db: Queries, id: string): Promise<void> {
  const removed = await db
    .selectFrom('removed_clients')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  if (removed === undefined) return
  throw new InputError('client-removed', {
    received: quoted(id),
    expected: 'an id that no client has had before: this one was removed',
    where: 'id',
  })
}

async function replaceServices(db: Queries, { id, services }: Pick<Client, 'id' | 'services'>) {
  await db.deleteFrom('client_services').where('client_id', '=', id).execute()
  if (services.length === 0) return
  const rows = services.map((audience, place) => ({ client_id: id, audience, place }))
  await db.insertInto('client_services').values(rows).execute()
}
