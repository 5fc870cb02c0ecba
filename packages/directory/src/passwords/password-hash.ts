/** Password hashes of other systems, and ours: docs/operate/import.md. */
import { InputError } from '@latchkey/protocol'
import { argon2 } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import type { HashFormat } from './hash-format.ts'
import { fromKeycloak } from './keycloak.ts'
import { pbkdf2 } from './pbkdf2.ts'
import { scrypt } from './scrypt.ts'

const FORMATS: readonly HashFormat[] = [argon2, bcrypt, scrypt, pbkdf2]
/** A Keycloak credential, with everything that it says about itself. */
const MOST_CHARS = 2048

/** The stored form of a hash that was computed elsewhere. Throws InputError `password-hash`, which does not repeat it. */
export function checkPasswordHash(passwordHash: string, where: string): string {
  if (passwordHash.length <= MOST_CHARS) {
    const text = fromKeycloak(passwordHash) ?? passwordHash
    for (const format of FORMATS) {
      const stored = format.read(text)
      if (stored !== undefined) return stored
    }
  }
  throw new InputError('password-hash', {
    received: 'something else',
    expected:
      'a hash of argon2, bcrypt, scrypt or PBKDF2 in a form that docs/operate/import.md names, of reasonable cost',
    where,
  })
}

/** At the cost that stands in the hash. */
export async function matches(stored: string, password: string): Promise<boolean> {
  const format = FORMATS.find((one) => one.owns(stored))
  return format === undefined ? false : await format.matches(stored, password)
}
