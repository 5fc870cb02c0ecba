import { InputError } from '@latchkey/protocol'
import { checkStoredKey } from './checks/stored-key.ts'
import { quoted } from './checks/text.ts'
import type { SigningKeys, StoredKey } from './directory.ts'
import { insertNew } from './sql/insert-new.ts'
import { nextCount } from './sql/next-count.ts'
import type { Queries, Sql } from './sql/sql.ts'
import type { SigningKeyRow } from './sql/tables.ts'

export function signingKeysIn(sql: Sql): SigningKeys {
  return {
    list: () =>
      sql.read(async (db) => {
        const keys = db.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('kid')
        return (await keys.execute()).map(keyOf)
      }),
    addFirst: (key) => sql.write((db) => addFirst(db, key)),
    save: (key) =>
      sql.write(async (db) => {
        const { kid, ...columns } = rowOf(key)
        await db
          .insertInto('signing_keys')
          .values({ kid, ...columns })
          .onConflict((clash) => clash.column('kid').doUpdateSet(columns))
          .execute()
      }),
  }
}

async function addFirst(db: Queries, key: StoredKey): Promise<boolean> {
  if (key.state !== 'active') {
    throw new InputError('key-state', { received: key.state, expected: 'active', where: 'state' })
  }
  const row = rowOf(key)
  // Who counts first looks first; everybody else waits here until the key is there.
  await nextCount(db, 'signing-keys')
  const active = await db
    .selectFrom('signing_keys')
    .select('kid')
    .where('alg', '=', key.alg)
    .where('state', '=', 'active')
    .executeTakeFirst()
  if (active !== undefined) return false
  await insertNew(
    db.insertInto('signing_keys').values(row),
    () =>
      new InputError('kid-taken', {
        received: quoted(key.kid),
        expected: 'a kid that no other key has',
        where: 'kid',
      }),
  )
  return true
}

function rowOf(key: StoredKey): SigningKeyRow {
  checkStoredKey(key)
  return {
    kid: key.kid,
    alg: key.alg,
    state: key.state,
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
    publicJwk: JSON.parse(row.public_jwk),
    wrappedPrivateKey: row.wrapped_private_key,
    createdAt: row.created_at,
  }
}
