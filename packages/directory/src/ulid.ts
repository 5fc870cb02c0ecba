import type { Clock, Random } from '@latchkey/protocol'

/** Crockford's alphabet: no I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_CHARS = 10
const RANDOM_BYTES = 10

/**
 * 48 bits of milliseconds and 80 random bits as 26 characters that sort by time (github.com/ulid/spec). The length is
 * fixed, so a subject never tells more than when it was made.
 */
export function ulid(clock: Clock, random: Random): string {
  const time = base32(BigInt(clock.nowMs()), TIME_CHARS)
  const chance = BigInt(`0x${random.bytes(RANDOM_BYTES).toString('hex')}`)
  return time + base32(chance, (RANDOM_BYTES * 8) / 5)
}

function base32(value: bigint, chars: number): string {
  let text = ''
  for (let rest = value; text.length < chars; rest >>= 5n)
    text = ALPHABET[Number(rest & 31n)] + text
  return text
}
