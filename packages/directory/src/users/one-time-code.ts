import { InputError } from '@latchkey/protocol'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries } from '../sql/sql.ts'
import { changeUser } from './change-user.ts'

/** See `Users.oneTimeCodeSecret`. */
export async function readOneTimeCode(db: Queries, sub: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('users')
    .select('one_time_code_secret')
    .where('id', '=', sub)
    .executeTakeFirst()
  return row?.one_time_code_secret ?? undefined
}

/** See `Users.setOneTimeCodeSecret`. Throws InputError `one-time-code` or `unknown-user`. */
export async function changeOneTimeCode(
  db: Queries,
  sub: string,
  wrapped: string | null,
  now: number,
): Promise<void> {
  const chars = wrapped?.length ?? 1
  if (chars === 0 || chars > DIRECTORY_LIMITS.sealedChars) {
    throw new InputError('one-time-code', {
      received: `${chars} characters`,
      expected: `1 to ${DIRECTORY_LIMITS.sealedChars} characters, or null`,
      where: 'wrapped',
    })
  }
  await changeUser(db, sub, { one_time_code_secret: wrapped, updated_at: now })
}
