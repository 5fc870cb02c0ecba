import { InputError } from '@latchkey/protocol'
import { checkNewPassword } from '../checks/password.ts'
import { within } from '../checks/within.ts'
import type { Directory } from '../directory.ts'
import { checkPasswordHash } from '../passwords/password-hash.ts'
import type { DeclaredUser } from './declared-directory.ts'
import { userKey } from './stored.ts'

/** Stands for a hash where none is computed, because all is undone. No password has it. */
const NO_HASH = `$argon2id$v=19$m=8,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/**
 * The hashes of the declared passwords that will be used: those of users who have none yet, by user name as declared.
 * Computed before the transaction, which would keep everybody waiting for them.
 * @param planning the passwords are looked at and not hashed: nothing will be kept
 */
export async function firstPasswords(
  directory: Directory,
  declared: readonly DeclaredUser[],
  planning = false,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  const given = declared.filter(
    (one) => one.password !== undefined || one.passwordHash !== undefined,
  )
  const users = await directory.users.findByUsernames(given.map(({ username }) => username))
  const known = new Map(users.map((user) => [userKey(user.username), user]))
  const hashOf = hashing(planning ? planned : directory.users.hashPassword)
  for (const [index, { username, password, passwordHash }] of declared.entries()) {
    if (password === undefined && passwordHash === undefined) continue
    if (known.get(userKey(username))?.passwordChangedAt !== undefined) continue
    hashes.set(username, await within(`users[${index}]`, () => hashOf({ password, passwordHash })))
  }
  return hashes
}

function planned(password: string): string {
  checkNewPassword(password, 'password')
  return NO_HASH
}

function hashing(hash: (password: string) => string | Promise<string>) {
  return ({ password, passwordHash }: Given): string | Promise<string> => {
    if (password === undefined) return checkPasswordHash(passwordHash ?? '', 'passwordHash')
    if (passwordHash === undefined) return hash(password)
    throw new InputError('password-twice', {
      received: 'password and passwordHash',
      expected: 'one of them',
      where: 'passwordHash',
    })
  }
}

interface Given {
  readonly password: string | undefined
  readonly passwordHash: string | undefined
}
