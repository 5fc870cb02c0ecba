/**
 * Sets of route numbers as text: bit 0 is the first bit of the first byte, bytes are written as base64url without padding
 * (RFC 4648 section 5), and the last byte is not zero. So each set has one spelling, and one character carries six bits.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const BASE64URL = /^[A-Za-z0-9_-]*$/
const BITS_PER_CHAR = 6

/** A service has no more numbers than this in its life: 2 KB of bytes, 2.7 KB of text. */
export const MOST_ROUTE_NUMBERS = 16_384
const MOST_CHARS = Math.ceil(MOST_ROUTE_NUMBERS / BITS_PER_CHAR)

/** Value of each character by its code; what is no character of base64url has no bit. */
const VALUES = new Uint8Array(128)
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value

/** The set of these numbers. Throws `RangeError` for one that no route can have. */
export function encodeRouteBitmap(numbers: Iterable<number>): string {
  const bytes = new Uint8Array(MOST_ROUTE_NUMBERS / 8)
  let used = 0
  for (const number of numbers) {
    if (!Number.isInteger(number) || number < 0 || number >= MOST_ROUTE_NUMBERS) {
      throw new RangeError(`no route has the number ${number}`)
    }
    const at = number >> 3
    bytes[at] = (bytes[at] as number) | (0x80 >> (number & 7))
    used = Math.max(used, at + 1)
  }
  return Buffer.from(bytes.buffer, 0, used).toString('base64url')
}

/** Whether a text is the one spelling of a set. */
export function isRouteBitmap(text: string): boolean {
  if (text.length > MOST_CHARS || !BASE64URL.test(text)) return false
  const bytes = Buffer.from(text, 'base64url')
  // Another text for the same bytes would be another token for the same rights.
  return bytes.at(-1) !== 0 && bytes.toString('base64url') === text
}

/** Whether the set has this number. Reads the text as it is: no allocation. */
export function hasRouteNumber(bitmap: string, number: number): boolean {
  const at = (number / BITS_PER_CHAR) | 0
  if (at >= bitmap.length) return false
  const value = VALUES[bitmap.charCodeAt(at)] ?? 0
  return (value & (0b100000 >> (number % BITS_PER_CHAR))) !== 0
}

/** The numbers of a set, ascending. */
export function routeNumbersOf(bitmap: string): number[] {
  const numbers: number[] = []
  for (let number = 0; number < bitmap.length * BITS_PER_CHAR; number++) {
    if (hasRouteNumber(bitmap, number)) numbers.push(number)
  }
  return numbers
}
