/** What a password may be: NIST SP 800-63B section 3.1.1.2. Length, and nothing else. */
import { InputError, LIMITS } from '@latchkey/protocol'
import { DIRECTORY_LIMITS } from '../limits.ts'

/** More bytes than anybody hashes: refused before any work, whoever asks. */
export function isPasswordTooLong(password: string): boolean {
  return (
    password.length > LIMITS.passwordBytes || Buffer.byteLength(password) > LIMITS.passwordBytes
  )
}

/**
 * The text that is hashed: the NFKC form, so that another keyboard's way of writing the same characters is the same
 * password. NUL is a character like any other (lengths are counted, nothing ends at it). Undefined for half a surrogate
 * pair: in UTF-8 it would become U+FFFD, and different passwords would be one.
 */
export function passwordText(password: string): string | undefined {
  return password.isWellFormed() ? password.normalize('NFKC') : undefined
}

/** The text to hash of a password that somebody chooses. The messages say how long it was, never what it was. */
export function checkNewPassword(password: string, where: string): string {
  if (isPasswordTooLong(password)) {
    throw new InputError('password-too-long', {
      received: 'a longer one',
      expected: `a password of at most ${LIMITS.passwordBytes} bytes`,
      where,
    })
  }
  const text = passwordText(password)
  if (text === undefined) {
    throw new InputError('password-not-text', {
      received: 'half a surrogate pair',
      expected: 'a password of whole characters',
      where,
    })
  }
  const chars = [...text].length
  if (chars < DIRECTORY_LIMITS.passwordChars) {
    throw new InputError('password-too-short', {
      received: `${chars} characters`,
      expected: `a password of at least ${DIRECTORY_LIMITS.passwordChars} characters`,
      where,
    })
  }
  return text
}
