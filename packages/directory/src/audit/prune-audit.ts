import type { Queries } from '../sql/sql.ts'

/** A transaction holds up everybody who has something to record. */
const MOST_AT_ONCE = 10_000

/**
 * Takes away the oldest records, those before a second, and remembers the digest that the chain goes on from. `append` records it:
 * first, so that the newest record is never one that goes.
 */
export async function pruneAudit(
  db: Queries,
  before: number,
  append: (detail: Record<string, unknown>) => Promise<void>,
): Promise<{ removed: number; through: number }> {
  const oldest = await db
    .selectFrom('audit')
    .select(['id', 'at', 'digest'])
    .orderBy('id')
    .limit(MOST_AT_ONCE)
    .execute()
  const kept = oldest.findIndex(({ at }) => at >= before)
  const gone = kept === -1 ? oldest : oldest.slice(0, kept)
  const last = gone.at(-1)
  if (last === undefined) return { removed: 0, through: 0 }
  const { id: through, digest } = last
  await append({ through, digest, records: gone.length })
  await db.insertInto('audit_checkpoints').values({ id: through, digest }).execute()
  await db.deleteFrom('audit').where('id', '<=', through).execute()
  return { removed: gone.length, through }
}
