import { InputError } from '@latchkey/protocol'
import type { UpdateObject } from 'kysely'
import { quoted } from '../checks/text.ts'
import type { Queries } from '../sql/sql.ts'
import type { Tables, UserRow } from '../sql/tables.ts'

/**
 * Changes columns of one user and returns the row as it is then; the row stays locked until the transaction ends.
 * Throws InputError `unknown-user`.
 */
export async function changeUser(
  db: Queries,
  sub: string,
  change: UpdateObject<Tables, 'users'>,
): Promise<UserRow> {
  const row = await db
    .updateTable('users')
    .set(change)
    .where('id', '=', sub)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw unknownUser(sub)
  return row
}

/** Takes the user away with roles and grants. The id stays in `user_ids`. Throws InputError `unknown-user`. */
export async function deleteUser(db: Queries, sub: string): Promise<void> {
  const result = await db.deleteFrom('users').where('id', '=', sub).executeTakeFirst()
  if (result.numDeletedRows === 0n) throw unknownUser(sub)
  await db.deleteFrom('grants').where('holder', '=', sub).execute()
}

function unknownUser(sub: string): InputError {
  return new InputError('unknown-user', { received: quoted(sub), expected: 'the sub of a user' })
}
