import { StoreUnavailable } from '@latchkey/protocol'
import { isPasswordTooLong } from '../checks/password.ts'
import { usernameKey } from '../checks/username.ts'
import type { PasswordOutcome, Users } from '../directory.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Sql } from '../sql/sql.ts'

interface Login {
  readonly sub: string
  readonly disabled: boolean
  readonly passwordHash: string | null
}

export interface PasswordCheckDeps {
  readonly sql: Sql
  readonly passwords: Passwords
  readonly find: Users['find']
}

/**
 * `Users.checkPassword`. Only a password that is too long is refused without a hash: that is the same, and as fast,
 * for every user name, so it tells nothing.
 */
export function passwordCheck({ sql, passwords, find }: PasswordCheckDeps): Users['checkPassword'] {
  return async (username, password): Promise<PasswordOutcome> => {
    if (isPasswordTooLong(password)) return { kind: 'refused', why: 'too_long' }
    const compared = await passwords.compare(password, () => findLogin(sql, username))
    if (compared.kind === 'busy') return compared
    const { login, matched, renewed } = compared.value
    const why = refusal(login, matched)
    if (why !== undefined || login === undefined) return { kind: 'refused', why: why ?? 'unknown' }
    if (renewed !== undefined) await renew(sql, login, renewed)
    const user = await find(login.sub)
    // Deleted or disabled while the hash was computed.
    if (user === undefined) return { kind: 'refused', why: 'unknown' }
    return user.disabled ? { kind: 'refused', why: 'disabled' } : { kind: 'ok', user }
  }
}

function refusal(login: Login | undefined, matched: boolean) {
  if (login === undefined) return 'unknown'
  if (login.disabled) return 'disabled'
  if (login.passwordHash === null) return 'no_password'
  return matched ? undefined : 'wrong'
}

function findLogin(sql: Sql, username: string): Promise<Login | undefined> {
  return sql.read(async (db) => {
    // A text that can be no user name is nobody's: the query still runs, so that it takes as long.
    const key = usernameKey(username) ?? ''
    const row = await db
      .selectFrom('users')
      .select(['id', 'disabled', 'password_hash'])
      .where('username_key', '=', key)
      .executeTakeFirst()
    if (row === undefined) return undefined
    return { sub: row.id, disabled: row.disabled === 1, passwordHash: row.password_hash }
  })
}

/** Stores the hash of today's cost, unless the password was changed in the meantime. */
async function renew(sql: Sql, login: Login, renewed: string): Promise<void> {
  try {
    await sql.write((db) =>
      db
        .updateTable('users')
        .set({ password_hash: renewed })
        .where('id', '=', login.sub)
        .where('password_hash', '=', login.passwordHash)
        .execute(),
    )
  } catch (error) {
    // The password was right. The next sign-in tries again.
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
