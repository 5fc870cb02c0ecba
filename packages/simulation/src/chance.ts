/** Chance that a seed decides: every choice of a simulation comes from here, so that a seed is a whole run. */
import type { Random } from '@latchkey/protocol'

export interface Chance extends Random {
  /** Even in [0, 1). */
  next(): number
  /** Whole, from `least` to `most`. */
  whole(least: number, most: number): number
  /** Milliseconds in eighths: sums of them are exact, so that no bound is missed by a rounding. */
  ms(least: number, most: number): number
  /** True so often. */
  happens(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** A stream of its own: what one part draws changes nothing for another. */
  fork(label: string): Chance
}

/** sfc32, seeded by a hash of the label: fast, and far better than needed here. Not for secrets. */
export function chance(label: string): Chance {
  let [a, b, c, counter] = [hash(label, 1), hash(label, 2), hash(label, 3), 1]

  function draw(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) draw()

  const next = () => draw() / 2 ** 32
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    ms: (least, most) => Math.round((least + next() * (most - least)) * 8) / 8,
    happens: (share) => next() < share,
    pick: (list) => {
      const picked = list[whole(0, list.length - 1)]
      if (picked === undefined) throw new RangeError('nothing to pick from')
      return picked
    },
    fork: (name) => chance(`${label}/${name}`),
    bytes: (count) => {
      const bytes = Buffer.alloc(count)
      for (let i = 0; i < count; i++) bytes[i] = draw() & 255
      return bytes
    },
  }
}

/** FNV-1a with a mix at the end. */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) | 0
}
