/** Names as 64 bits: HalfSipHash-2-4 (J.-P. Aumasson, D. J. Bernstein) with a key that nobody knows. */
import type { Random } from '@latchkey/protocol'

/** The fingerprint of one name at a time, so that taking it allocates nothing. */
export interface Fingerprint {
  /** Of the name that was taken last: two signed 32-bit numbers. */
  readonly low: number
  readonly high: number
  take(name: string): void
}

/** Whoever does not know the key cannot choose two names that collide. */
const KEY_BYTES = 8
/** Which texts were hashed: those of bytes, and those whose characters need two bytes each. */
const BYTES = 0xee
const PAIRS = 0xef

/** @param random gives the key: 64 bits for the life of what is built on it */
export function fingerprint(random: Random): Fingerprint {
  const key = random.bytes(KEY_BYTES)
  const halfSip = halfSipHash(key.readInt32LE(0), key.readInt32LE(4))
  const print = {
    low: 0,
    high: 0,
    take: (name: string) => {
      if (halfSip(name, BYTES, print)) return
      halfSip(Buffer.from(name, 'utf16le').toString('latin1'), PAIRS, print)
    },
  }
  return print
}

/** False when a character is no byte: then `print` means nothing. */
type HalfSip = (bytes: string, domain: number, print: { low: number; high: number }) => boolean

/** One byte for each character. `BYTES` as the domain gives HalfSipHash-2-4 with 64 bits as its authors define it. */
export function halfSipHash(k0: number, k1: number): HalfSip {
  return (bytes, domain, print) => {
    const { length } = bytes
    let v0 = k0
    let v1 = k1 ^ domain
    let v2 = 0x6c796765 ^ k0
    let v3 = 0x74656462 ^ k1
    let seen = 0
    for (let i = 0; i <= length; i += 4) {
      let word = 0
      if (i + 4 <= length) {
        const [a, b] = [bytes.charCodeAt(i), bytes.charCodeAt(i + 1)]
        const [c, d] = [bytes.charCodeAt(i + 2), bytes.charCodeAt(i + 3)]
        seen |= a | b | c | d
        word = a | (b << 8) | (c << 16) | (d << 24)
      } else {
        word = length << 24
        for (let at = i; at < length; at++) {
          seen |= bytes.charCodeAt(at)
          word |= bytes.charCodeAt(at) << (8 * (at - i))
        }
      }
      v3 ^= word
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
        v0 = (v0 + v3) | 0
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
        v2 = (v2 + v1) | 0
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      v0 ^= word
    }
    v2 ^= domain
    for (let round = 0; round < 8; round++) {
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      if (round === 3) {
        print.low = v1 ^ v3
        v1 ^= 0xdd
      }
    }
    print.high = v1 ^ v3
    return seen <= 0xff
  }
}
