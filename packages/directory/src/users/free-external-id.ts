import { checkExternalId, externalIdTaken } from '../checks/external-id.ts'
import type { Queries } from '../sql/sql.ts'

/**
 * The column as stored. Throws InputError `external-id` or `external-id-taken`. Of two users who are given one id at the same
 * time the unique key refuses one all the same.
 */
export async function freeExternalId(
  db: Queries,
  sub: string,
  given: string,
): Promise<{ external_id: string | null }> {
  const external_id = checkExternalId(given)
  if (external_id === null) return { external_id }
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('external_id', '=', external_id)
    .where('id', '!=', sub)
    .executeTakeFirst()
  if (other !== undefined) throw externalIdTaken(external_id)
  return { external_id }
}
