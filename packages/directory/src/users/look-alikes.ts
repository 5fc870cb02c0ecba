import { InputError } from '@latchkey/protocol'
import { fitTogether } from '../checks/scripts.ts'
import { lookKeys } from '../checks/skeleton.ts'
import { quoted } from '../checks/text.ts'
import { insertUnlessThere } from '../sql/insert-new.ts'
import type { Queries } from '../sql/sql.ts'

/**
 * Notes what the user name looks like, in the caller's transaction, instead of what an earlier one of this user did. The
 * key of the table decides between two who come at the same time.
 *
 * Throws InputError `username-scripts`, and `username-confusable` with the name that it could be taken for: that is for
 * administrators. A page on which strangers choose names has to say no more than that the name is taken.
 */
export async function claimLooks(db: Queries, sub: string, username: string): Promise<void> {
  if (!fitTogether(username.normalize('NFKC'))) {
    throw new InputError('username-scripts', {
      received: quoted(username),
      expected: 'letters of one script in use today, or of scripts that are written together',
      where: 'username',
    })
  }
  await db.deleteFrom('user_looks').where('user_id', '=', sub).execute()
  for (const look of lookKeys(username)) {
    const row = { look, user_id: sub }
    if (await insertUnlessThere(db.insertInto('user_looks').values(row))) continue
    throw await confusable(db, username, look)
  }
}

async function confusable(db: Queries, username: string, look: string): Promise<InputError> {
  const other = await db
    .selectFrom('user_looks')
    .innerJoin('users', 'users.id', 'user_looks.user_id')
    .select('users.username')
    .where('user_looks.look', '=', look)
    .executeTakeFirstOrThrow()
  return new InputError('username-confusable', {
    received: quoted(username),
    expected: `a user name that cannot be taken for ${quoted(other.username)}`,
    where: 'username',
  })
}
