import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { checkSha256 } from './checks/sha256.ts'
import { checkText } from './checks/text.ts'
import { checkWholeNumber } from './checks/whole-number.ts'
import type { RegistrationTokens } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { insertNew } from './sql/insert-new.ts'
import type { Sql } from './sql/sql.ts'

export function registrationTokensIn(deps: { sql: Sql; clock: Clock }): RegistrationTokens {
  const { sql, clock } = deps
  return {
    create: (token) =>
      sql.write(async (db) => {
        const { tokenHash, note, expiresAt, usesLeft } = token
        checkToken(token)
        const row = {
          token_hash: tokenHash,
          note,
          expires_at: expiresAt,
          uses_left: usesLeft,
          created_at: nowSeconds(clock),
        }
        await insertNew(db.insertInto('registration_tokens').values(row), taken)
      }),
    // One statement: of several at once each takes a use of its own.
    use: (tokenHash) =>
      sql.write(async (db) => {
        const result = await db
          .updateTable('registration_tokens')
          .set((e) => ({ uses_left: e('uses_left', '-', 1) }))
          .where('token_hash', '=', tokenHash)
          .where('uses_left', '>', 0)
          .where('expires_at', '>', nowSeconds(clock))
          .executeTakeFirst()
        return result.numUpdatedRows === 1n
      }),
    list: () =>
      sql.read(async (db) => {
        const rows = await db
          .selectFrom('registration_tokens')
          .selectAll()
          .orderBy('created_at', 'desc')
          .orderBy('token_hash')
          .execute()
        return rows.map((row) => ({
          tokenHash: row.token_hash,
          note: row.note,
          expiresAt: row.expires_at,
          usesLeft: row.uses_left,
          createdAt: row.created_at,
        }))
      }),
    remove: (tokenHash) =>
      sql.write(async (db) => {
        const result = await db
          .deleteFrom('registration_tokens')
          .where('token_hash', '=', tokenHash)
          .executeTakeFirst()
        return result.numDeletedRows === 1n
      }),
  }
}

function checkToken(token: Parameters<RegistrationTokens['create']>[0]): void {
  checkSha256(token.tokenHash, 'tokenHash')
  const maxChars = DIRECTORY_LIMITS.descriptionChars
  checkText(token.note, { code: 'note', where: 'note', maxChars })
  const most = Number.MAX_SAFE_INTEGER
  checkWholeNumber(token.expiresAt, { least: 1, most, where: 'expiresAt' })
  const uses = DIRECTORY_LIMITS.usesPerRegistrationToken
  checkWholeNumber(token.usesLeft, { least: 1, most: uses, where: 'usesLeft' })
}

function taken(): InputError {
  return new InputError('registration-token-taken', {
    received: 'a digest that is there',
    expected: 'that of a new token',
    where: 'tokenHash',
  })
}
