/** User codes: RFC 8628 sections 5.1 and 6.1. Twenty consonants to the power of eight are 34.5 bits. */
import type { Random } from '@latchkey/protocol'

/** No vowels, so that no words come out, and no Y; none of these letters looks like a digit. */
export const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
/** What somebody may type: the code, with whatever they put between its letters. */
export const TYPED_CODE_CHARS = 64
const SHAPE = new RegExp(`^[${USER_CODE_LETTERS}]{${LENGTH}}$`)
/** Bytes from here on would make the first letters likelier than the last. */
const FAIR_BYTES = 256 - (256 % USER_CODE_LETTERS.length)

/** In its canonical form: capital letters without separators. */
export function newUserCode(random: Random): string {
  let code = ''
  while (code.length < LENGTH) {
    const [byte = 255] = random.bytes(1)
    if (byte < FAIR_BYTES) code += USER_CODE_LETTERS[byte % USER_CODE_LETTERS.length]
  }
  return code
}

/** The code that somebody typed, in any case and with any separators; undefined when it cannot be one. */
export function readUserCode(typed: string | undefined): string | undefined {
  const code = (typed ?? '').toUpperCase().replace(/[\s\p{P}]/gu, '')
  return SHAPE.test(code) ? code : undefined
}

/** As it is shown on the device and on pages: `BCDF-GHJK`. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`
}
