import { InputError } from '@latchkey/protocol'
import { checkStoredKey } from './checks/stored-key.ts'
import { quoted } from './checks/text.ts'
import type { SigningKeys, StoredKey } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { insertNew } from './sql/insert-new.ts'
import { nextCount } from './sql/next-count.ts'
import type { Queries, Sql } from './sql/sql.ts'
import type { SigningKeyRow } from './sql/tables.ts'

export function signingKeysIn(sql: Sql): SigningKeys {
  /** Who counts first looks first; everybody else waits here until it is done. */
  const inTurn = <T>(work: (db: Queries) => Promise<T>): Promise<T> =>
    sql.write(async (db) => {
      await nextCount(db, 'signing-keys')
      return await work(db)
    })
  return {
    list: () =>
      sql.read(async (db) => {
        const keys = db.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('kid')
        return (await keys.execute()).map(keyOf)
      }),
    addFirst: (key) => inTurn((db) => addUnlessThere(db, key, 'active')),
    addPending: (key) => inTurn((db) => addUnlessThere(db, key, 'pending')),
    promote: (kid, now) =>
      inTurn(async (db) => {
        const row = await find(db, kid)
        if (row?.state !== 'pending') return false
        await makeActive(db, row, now)
        return true
      }),
    retire: (kid, now) =>
      inTurn(async (db) => {
        if ((await find(db, kid))?.state !== 'retiring') return false
        await change(db, kid, { state: 'retired', since: now })
        return true
      }),
    revoke: (kid, successor, now) => inTurn((db) => revoke(db, kid, successor, now)),
  }
}

async function addUnlessThere(
  db: Queries,
  key: StoredKey,
  state: 'active' | 'pending',
): Promise<boolean> {
  requireState(key, state)
  const row = rowOf(key)
  const living = await db
    .selectFrom('signing_keys')
    .select('state')
    .where('alg', '=', key.alg)
    .where('state', '!=', 'retired')
    .execute()
  if (living.some((one) => one.state === state)) return false
  if (living.length >= DIRECTORY_LIMITS.livingKeys) {
    throw new InputError('keys-too-many', {
      received: `${living.length} keys that are alive`,
      expected: `fewer than ${DIRECTORY_LIMITS.livingKeys}: wait until the oldest is retired`,
    })
  }
  await insert(db, row)
  return true
}

async function revoke(
  db: Queries,
  kid: string,
  successor: StoredKey,
  now: number,
): Promise<boolean> {
  const row = await find(db, kid)
  // One that was retired in peace may still be revoked: it vouches for hints, and shall not.
  if (!row || row.wrapped_private_key === '') return false
  await change(db, kid, { state: 'retired', since: now, wrapped_private_key: '' })
  if (row.state !== 'active') return true
  const pending = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('alg', '=', row.alg)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  if (pending) {
    await makeActive(db, pending, now)
    return true
  }
  requireState(successor, 'active')
  if (successor.alg !== row.alg) {
    throw new InputError('key-alg', { received: successor.alg, expected: row.alg, where: 'alg' })
  }
  await insert(db, rowOf(successor))
  return true
}

/** In this order, because two active keys of one algorithm cannot be. */
async function makeActive(db: Queries, { kid, alg }: SigningKeyRow, now: number): Promise<void> {
  await db
    .updateTable('signing_keys')
    .set({ state: 'retiring', since: now })
    .where('alg', '=', alg)
    .where('state', '=', 'active')
    .execute()
  await change(db, kid, { state: 'active', since: now })
}

async function change(
  db: Queries,
  kid: string,
  columns: Partial<Pick<SigningKeyRow, 'state' | 'since' | 'wrapped_private_key'>>,
): Promise<void> {
  await db.updateTable('signing_keys').set(columns).where('kid', '=', kid).execute()
}

async function find(db: Queries, kid: string): Promise<SigningKeyRow | undefined> {
  return await db.selectFrom('signing_keys').selectAll().where('kid', '=', kid).executeTakeFirst()
}

async function insert(db: Queries, row: SigningKeyRow): Promise<void> {
  await insertNew(
    db.insertInto('signing_keys').values(row),
    () =>
      new InputError('kid-taken', {
        received: quoted(row.kid),
        expected: 'a kid that no other key has',
        where: 'kid',
      }),
  )
}

function requireState(key: StoredKey, state: StoredKey['state']): void {
  if (key.state === state) return
  throw new InputError('key-state', { received: key.state, expected: state, where: 'state' })
}

function rowOf(key: StoredKey): SigningKeyRow {
  checkStoredKey(key)
  return {
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    since: key.since,
    public_jwk: JSON.stringify(key.publicJwk),
    wrapped_private_key: key.wrappedPrivateKey,
    created_at: key.createdAt,
  }
}

function keyOf(row: SigningKeyRow): StoredKey {
  return {
    kid: row.kid,
    alg: row.alg,
    state: row.state,
    since: row.since,
    publicJwk: JSON.parse(row.public_jwk),
    wrappedPrivateKey: row.wrapped_private_key,
    createdAt: row.created_at,
  }
}
