import { InputError } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import type { Queries } from '../sql/sql.ts'
import type { ServiceRow } from '../sql/tables.ts'

/** The row of a service, locked until the transaction ends. Throws InputError `unknown-service`. */
export async function lockService(db: Queries, audience: string): Promise<ServiceRow> {
  const row = await db
    .updateTable('services')
    .set((e) => ({ audience: e.ref('audience') }))
    .where('audience', '=', audience)
    .returningAll()
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new InputError('unknown-service', {
    received: quoted(audience),
    expected: 'the audience of a service',
  })
}
