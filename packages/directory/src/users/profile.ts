import { InputError } from '@latchkey/protocol'
import { checkText, quoted } from '../checks/text.ts'
import { fold } from '../checks/username.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { UserRow } from '../sql/tables.ts'

/** One @ with something on both sides. Whether it works is known when a message has arrived, and not before. */
const EMAIL = /^[^\s@]+@[^\s@]+$/u

export function checkDisplayName(name: string): string {
  return checkText(name, { code: 'name', where: 'name', maxChars: DIRECTORY_LIMITS.nameChars })
}

/** The address as stored, null for ''. Throws InputError `email`. */
export function checkEmail(email: string): string | null {
  if (email === '') return null
  checkText(email, { code: 'email', where: 'email', maxChars: DIRECTORY_LIMITS.emailChars })
  if (EMAIL.test(email)) return email
  throw new InputError('email', {
    received: quoted(email),
    expected: 'an address: name@host',
    where: 'email',
  })
}

/** Without an address there is nothing to verify. Throws InputError `email`. */
export function checkVerified(emailVerified: boolean | undefined, email: string | null): void {
  if (emailVerified !== true || email !== null) return
  throw new InputError('email', {
    received: 'true without an address',
    expected: 'an address, or not verified',
    where: 'emailVerified',
  })
}

/** The language tag in its canonical spelling (RFC 5646 section 2.1.1), null for ''. Throws InputError `locale`. */
export function checkLocale(locale: string): string | null {
  if (locale === '') return null
  if (locale.length <= DIRECTORY_LIMITS.localeChars) {
    try {
      return Intl.getCanonicalLocales(locale)[0] ?? null
    } catch {
      // A RangeError that says less than the one below.
    }
  }
  throw new InputError('locale', {
    received: quoted(locale),
    expected: 'a language tag such as en or zh-CN',
    where: 'locale',
  })
}

/** What `list` searches. A line break keeps a search from matching across two of them. */
export function searchText(row: Pick<UserRow, 'username_key' | 'name' | 'email'>): string {
  return [row.username_key, fold(row.name), fold(row.email ?? '')].join('\n')
}
