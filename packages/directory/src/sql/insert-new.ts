import type { InputError } from '@latchkey/protocol'
import type { InsertQueryBuilder, InsertResult } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * Inserts one row, or throws `taken` when a unique key is already in use. The only place where a clash of keys is
 * noticed. `on conflict do nothing` instead of catching an error: its code differs between databases, and PostgreSQL
 * would have given up the whole transaction.
 */
export async function insertNew<Table extends keyof Tables>(
  insert: InsertQueryBuilder<Tables, Table, InsertResult>,
  taken: () => InputError,
): Promise<void> {
  if (!(await insertUnlessThere(insert))) throw taken()
}

/** Inserts one row unless a unique key is already in use; says whether it did. */
export async function insertUnlessThere<Table extends keyof Tables>(
  insert: InsertQueryBuilder<Tables, Table, InsertResult>,
): Promise<boolean> {
  const result = await insert.onConflict((clash) => clash.doNothing()).executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}
