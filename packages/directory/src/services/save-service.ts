import { EMPTY_CATALOGUE_HASH } from '@latchkey/permissions'
import { checkService } from '../checks/service.ts'
import type { Service } from '../directory.ts'
import { flag } from '../sql/columns.ts'
import { requireKnown } from '../sql/require-known.ts'
import type { Queries } from '../sql/sql.ts'
import { firstGeneration } from './remove-service.ts'

/** See `Services.save`; in the caller's transaction. */
export async function saveService(db: Queries, service: Service, now: number): Promise<void> {
  checkService(service)
  const { audience, clients } = service
  await requireKnown(
    db,
    'client',
    clients.map((name, index) => ({ name, where: `clients[${index}]` })),
  )
  const columns = {
    name: service.name,
    alg: service.alg,
    access_token_seconds: service.accessTokenSeconds,
    status_list: flag(service.statusList),
    disabled: flag(service.disabled),
  }
  // The generation is not among what a later save replaces: an old record would bring a leaked key back to life.
  const generation = await firstGeneration(db, audience, service.keyGeneration)
  await db
    .insertInto('services')
    .values({
      audience,
      ...columns,
      key_generation: generation,
      next_route: 0,
      catalogue_hash: EMPTY_CATALOGUE_HASH,
    })
    .onConflict((clash) => clash.column('audience').doUpdateSet(columns))
    .execute()
  await addFirstKey(db, audience, generation, now)
  await db.deleteFrom('service_clients').where('audience', '=', audience).execute()
  if (clients.length === 0) return
  const rows = clients.map((client_id, place) => ({ audience, client_id, place }))
  await db.insertInto('service_clients').values(rows).execute()
}

async function addFirstKey(
  db: Queries,
  audience: string,
  generation: number,
  since: number,
): Promise<void> {
  const any = db.selectFrom('service_keys').select('generation').where('audience', '=', audience)
  if ((await any.executeTakeFirst()) !== undefined) return
  await db
    .insertInto('service_keys')
    .values({ audience, generation, state: 'active', since })
    .execute()
}
