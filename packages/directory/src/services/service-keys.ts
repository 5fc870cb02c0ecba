import { InputError } from '@latchkey/protocol'
import type { ServiceKey, ServiceKeys } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { lockService } from './lock-service.ts'

/** Every move locks the service first, so that moves of one service take turns in all processes together. */
export function serviceKeysIn(sql: Sql): ServiceKeys {
  return {
    list: (audience) => sql.read((db) => readKeys(db, audience)),
    prepare: (audience, now) => sql.write((db) => prepare(db, audience, now)),
    promote: (audience, generation, now) =>
      sql.write(async (db) => {
        await lockService(db, audience)
        if (!(await stateIs('pending', db, audience, generation))) return false
        await makeActive(db, audience, generation, now)
        return true
      }),
    retire: (audience, generation, now) =>
      sql.write(async (db) => {
        await lockService(db, audience)
        if (!(await stateIs('retiring', db, audience, generation))) return false
        await move(db, audience, generation, 'retired', now)
        return true
      }),
    revoke: (audience, generation, now) => sql.write((db) => revoke(db, audience, generation, now)),
  }
}

async function readKeys(db: Queries, audience: string): Promise<ServiceKey[]> {
  const rows = await db
    .selectFrom('service_keys')
    .selectAll()
    .where('audience', '=', audience)
    .orderBy('generation')
    .execute()
  return rows.map(({ generation, state, since }) => ({ generation, state, since }))
}

async function prepare(db: Queries, audience: string, now: number) {
  const { key_generation: newest } = await lockService(db, audience)
  const living = (await readKeys(db, audience)).filter(({ state }) => state !== 'retired')
  const pending = living.find(({ state }) => state === 'pending')
  if (pending) return { generation: pending.generation, isNew: false }
  if (living.length >= DIRECTORY_LIMITS.livingKeys) {
    throw new InputError('keys-too-many', {
      received: `${living.length} keys that are alive`,
      expected: `fewer than ${DIRECTORY_LIMITS.livingKeys}: wait until the oldest is retired`,
    })
  }
  await add(db, audience, { generation: newest + 1, state: 'pending', since: now })
  return { generation: newest + 1, isNew: true }
}

async function revoke(
  db: Queries,
  audience: string,
  generation: number,
  now: number,
): Promise<boolean> {
  const { key_generation: newest } = await lockService(db, audience)
  const keys = await readKeys(db, audience)
  const key = keys.find((one) => one.generation === generation)
  if (!key || key.state === 'retired') return false
  await move(db, audience, generation, 'retired', now)
  if (key.state !== 'active') return true
  const pending = keys.find(({ state }) => state === 'pending')
  if (pending) await makeActive(db, audience, pending.generation, now)
  else await add(db, audience, { generation: newest + 1, state: 'active', since: now })
  return true
}

/** In this order, because two active keys cannot be. */
async function makeActive(db: Queries, audience: string, generation: number, now: number) {
  await db
    .updateTable('service_keys')
    .set({ state: 'retiring', since: now })
    .where('audience', '=', audience)
    .where('state', '=', 'active')
    .execute()
  await move(db, audience, generation, 'active', now)
}

async function stateIs(
  state: ServiceKey['state'],
  db: Queries,
  audience: string,
  generation: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('service_keys')
    .select('state')
    .where('audience', '=', audience)
    .where('generation', '=', generation)
    .executeTakeFirst()
  return row?.state === state
}

async function move(
  db: Queries,
  audience: string,
  generation: number,
  state: ServiceKey['state'],
  now: number,
): Promise<void> {
  await db
    .updateTable('service_keys')
    .set({ state, since: now })
    .where('audience', '=', audience)
    .where('generation', '=', generation)
    .execute()
}

/** A number is given once: the counter of the service moves with it. */
async function add(db: Queries, audience: string, key: ServiceKey): Promise<void> {
  await db
    .updateTable('services')
    .set({ key_generation: key.generation })
    .where('audience', '=', audience)
    .execute()
  await db
    .insertInto('service_keys')
    .values({ audience, ...key })
    .execute()
}
