import { InputError, LIMITS } from '@latchkey/protocol'
import { quoted } from './text.ts'

/** Controls, unassigned and private characters, half pairs, and everything that is drawn as nothing. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** Words apart by one space: outer and doubled spaces cannot be seen. */
const WORDS = /^\S+(?: \S+)*$/u
/** A mark would join what stands before the user name on a page. */
const LEADING_MARK = /^\p{M}/u
/** Subjects of tokens look like this; a user name must not pass for one. */
const LIKE_A_SUBJECT = /^(?:u_|svc:)/

/**
 * The form in which user names are compared and counted (throttles too): NFKC and case-folded. Two user names with one
 * key are the same user. Undefined when the text cannot be a user name at all.
 */
export function usernameKey(username: string): string | undefined {
  if (username.length > LIMITS.usernameChars || INVISIBLE.test(username)) return undefined
  const key = fold(username)
  const fit =
    key.length <= LIMITS.usernameChars &&
    !INVISIBLE.test(key) &&
    WORDS.test(key) &&
    !LEADING_MARK.test(key) &&
    !LIKE_A_SUBJECT.test(key)
  return fit ? key : undefined
}

/** The key of a new user name. Throws InputError `username`. */
export function checkUsername(username: string, where: string): string {
  const key = usernameKey(username)
  if (key === undefined) {
    throw new InputError('username', {
      received: quoted(username),
      expected: `1 to ${LIMITS.usernameChars} visible characters, words apart by one space, not beginning with u_ or svc:`,
      where,
    })
  }
  return key
}

export function usernameTaken(username: string): InputError {
  return new InputError('username-taken', {
    received: quoted(username),
    expected: 'a user name that nobody has, in any spelling',
    where: 'username',
  })
}

/**
 * Upper case before lower case brings together what lower case alone keeps apart (ß and ss, ς and σ, ı and i). Either
 * step can give text that is not in NFKC, and NFKC text that has another case, hence the rounds; three are known to do.
 */
export function fold(text: string): string {
  let folded = text
  for (let round = 0; round < 4; round++) {
    const next = folded.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
    if (next === folded) return folded
    folded = next
  }
  return folded
}
