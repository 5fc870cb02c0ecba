import type { Queries } from './sql.ts'

/**
 * The next number of a counter, from 1, without gaps: one that rolls back is given again. Other transactions that want
 * the same counter wait until this one ends, so numbers appear in the order in which they are committed. That also
 * makes it the lock for what no unique key can express.
 * @param by how many are taken at once; the last of them is given
 */
export async function nextCount(db: Queries, name: string, by = 1): Promise<number> {
  const { value } = await db
    .insertInto('counters')
    .values({ name, value: by })
    .onConflict((clash) =>
      clash.column('name').doUpdateSet((e) => ({ value: e('counters.value', '+', by) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}
