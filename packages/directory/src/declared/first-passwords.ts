import { InputError } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import type { Directory } from '../directory.ts'
import { checkPasswordHash } from '../passwords/argon2.ts'
import type { DeclaredUser } from './declared-directory.ts'

/**
 * The hashes of the declared passwords that will be used: those of users who have none yet, by user name as declared.
 * Computed before the transaction, which would keep everybody waiting for them.
 */
export async function firstPasswords(
  directory: Directory,
  declared: readonly DeclaredUser[],
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  for (const [index, { username, password, passwordHash }] of declared.entries()) {
    if (password === undefined && passwordHash === undefined) continue
    const user = await directory.users.findByUsername(username)
    if (user?.passwordChangedAt !== undefined) continue
    hashes.set(
      username,
      await within(`users[${index}]`, () => hashOf(directory, password, passwordHash)),
    )
  }
  return hashes
}

function hashOf(
  directory: Directory,
  password: string | undefined,
  passwordHash: string | undefined,
): string | Promise<string> {
  if (password === undefined) return checkPasswordHash(passwordHash ?? '', 'passwordHash')
  if (passwordHash === undefined) return directory.users.hashPassword(password)
  throw new InputError('password-twice', {
    received: 'password and passwordHash',
    expected: 'one of them',
    where: 'passwordHash',
  })
}
