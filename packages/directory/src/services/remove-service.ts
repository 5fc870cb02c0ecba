import { InputError } from '@latchkey/protocol'
import { SOME_NAMES_ROWS, someNames } from '../checks/some-names.ts'
import { quoted } from '../checks/text.ts'
import type { Queries } from '../sql/sql.ts'
import { lockService } from './lock-service.ts'

/**
 * Takes the service away with its keys, its routes and the credentials that open its feed. Which generation its keys had is noted
 * for ever: a service of the same audience goes on behind it, so that no key and no `kid` comes back. Throws InputError
 * `service-in-use` when somebody has a grant there or a client may ask for its tokens, and `unknown-service`.
 */
export async function removeService(db: Queries, audience: string, now: number): Promise<void> {
  const { key_generation } = await lockService(db, audience)
  await refuseUsed(db, audience)
  const columns = { key_generation, removed_at: now }
  await db
    .insertInto('removed_services')
    .values({ audience, ...columns })
    .onConflict((clash) => clash.column('audience').doUpdateSet(columns))
    .execute()
  for (const table of [
    'service_clients',
    'service_keys',
    'routes',
    'catalogue_heads',
    'publications',
    'services',
  ] as const) {
    await db.deleteFrom(table).where('audience', '=', audience).execute()
  }
}

export async function refuseUsed(db: Queries, audience: string): Promise<void> {
  const holders = await db
    .selectFrom('grants')
    .select('holder')
    .distinct()
    .where('audience', '=', audience)
    .orderBy('holder')
    .limit(SOME_NAMES_ROWS)
    .execute()
  const clients = await db
    .selectFrom('client_services')
    .select('client_id')
    .where('audience', '=', audience)
    .orderBy('client_id')
    .limit(SOME_NAMES_ROWS)
    .execute()
  const users = [
    ...holders.map(
      ({ holder }) => `grants of ${holder.replace(/^svc:/, 'client ').replace(':', ' ')}`,
    ),
    ...clients.map(({ client_id }) => `the services of client ${client_id}`),
  ]
  if (users.length === 0) return
  throw new InputError('service-in-use', {
    received: `${quoted(audience)}, which stands in ${someNames(users)}`,
    expected: 'a service that nobody has a grant at and no client may ask tokens for',
  })
}

/** The generation that the first key of a service gets: behind every key that one of the same audience has had. */
export async function firstGeneration(
  db: Queries,
  audience: string,
  wanted: number,
): Promise<number> {
  const removed = await db
    .selectFrom('removed_services')
    .select('key_generation')
    .where('audience', '=', audience)
    .executeTakeFirst()
  return Math.max(wanted, (removed?.key_generation ?? 0) + 1)
}
