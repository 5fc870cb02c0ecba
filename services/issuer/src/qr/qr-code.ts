/**
 * QR codes of one size: ISO/IEC 18004, version 10 (57 by 57 modules), level L, byte mode, mask 0. That holds every address that we
 * show, so that the tables of the other versions are not needed; a screen has no dirt, so that level L is enough.
 */
import { errorCorrection } from './reed-solomon.ts'

export const QR_SIZE = 57
/** Table 7: 274 data codewords, less 4 bits of mode, 16 of length and 4 of terminator. */
export const QR_MOST_BYTES = 271

/** Table 9: two blocks of 68 data codewords and two of 69, each with 18 of error correction. */
const BLOCKS = [68, 68, 69, 69]
const CORRECTION = 18
const DATA_CODEWORDS = 274
/** Annex E. */
const ALIGNED = [6, 28, 50]
/** Annex C and D: level L with mask 0, and version 10, each with its error correction. */
const FORMAT_BITS = 0b111011111000100
const VERSION_BITS = 0b001010010011010011

/** Rows of modules, true where they are dark. Undefined when the text is too long. */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = Buffer.from(text)
  if (bytes.length > QR_MOST_BYTES) return undefined
  const modules = new Map<number, boolean>()
  drawPatterns((row, column, dark) => modules.set(row * QR_SIZE + column, dark))
  drawCodewords(interleave(dataCodewords(bytes)), modules)
  return Array.from({ length: QR_SIZE }, (_, row) =>
    Array.from({ length: QR_SIZE }, (_, column) => modules.get(row * QR_SIZE + column) ?? false),
  )
}

/** Section 7.4: mode 4, the length in 16 bits, the bytes, four zeros; then padding. All stands half a byte to the right. */
function dataCodewords(bytes: Buffer): Uint8Array {
  const hex = `4${bytes.length.toString(16).padStart(4, '0')}${bytes.toString('hex')}0`
  const filled = Buffer.from(hex, 'hex')
  return Uint8Array.from({ length: DATA_CODEWORDS }, (_, index) => {
    const padding = (index - filled.length) % 2 === 0 ? 0xec : 0x11
    return filled[index] ?? padding
  })
}

/** Section 7.6: the first codeword of each block, then the second ones; the corrections in the same way. */
function interleave(data: Uint8Array): number[] {
  let start = 0
  const blocks = BLOCKS.map((length) => {
    const block = data.subarray(start, start + length)
    start += length
    return { block, correction: errorCorrection(block, CORRECTION) }
  })
  const longest = Math.max(...BLOCKS)
  const across = (length: number, of: (one: (typeof blocks)[number]) => Uint8Array) =>
    Array.from({ length }, (_, index) => blocks.flatMap((one) => of(one)[index] ?? [])).flat()
  return [
    ...across(longest, ({ block }) => block),
    ...across(CORRECTION, ({ correction }) => correction),
  ]
}

type SetModule = (row: number, column: number, dark: boolean) => void

/** Section 6.3 and 7.9 to 7.10: everything that is the same in each code. */
function drawPatterns(set: SetModule): void {
  for (let at = 8; at < QR_SIZE - 8; at++) {
    set(6, at, at % 2 === 0)
    set(at, 6, at % 2 === 0)
  }
  for (const row of ALIGNED) {
    for (const column of ALIGNED) {
      // Three of the corners belong to the finders.
      const isCorner = row !== 28 && column !== 28 && row + column <= QR_SIZE
      if (!isCorner) drawSquares(row, column, 2, set)
    }
  }
  const far = QR_SIZE - 4
  for (const [row, column] of [
    [3, 3],
    [3, far],
    [far, 3],
  ] as const) {
    drawSquares(row, column, 4, set)
  }
  drawFormat(set)
}

/** Squares inside each other around a centre: dark but for the rings at distance 2 (large) or 1 (small), and 4. */
function drawSquares(row: number, column: number, radius: 2 | 4, set: SetModule): void {
  const light = radius === 4 ? [2, 4] : [1]
  for (let down = -radius; down <= radius; down++) {
    for (let right = -radius; right <= radius; right++) {
      const [at, across] = [row + down, column + right]
      const isInside = at >= 0 && across >= 0 && at < QR_SIZE && across < QR_SIZE
      const ring = Math.max(Math.abs(down), Math.abs(right))
      if (isInside) set(at, across, !light.includes(ring))
    }
  }
}

/** Figures 25 and 26: both stand twice, the lowest bit first. */
function drawFormat(set: SetModule): void {
  for (let index = 0; index < 15; index++) {
    const dark = ((FORMAT_BITS >> index) & 1) === 1
    const along = index < 6 ? index : index < 8 ? index + 1 : QR_SIZE - 15 + index
    const back = index < 8 ? QR_SIZE - 1 - index : index === 8 ? 7 : 14 - index
    set(along, 8, dark)
    set(8, back, dark)
  }
  set(QR_SIZE - 8, 8, true)
  for (let index = 0; index < 18; index++) {
    const dark = ((VERSION_BITS >> index) & 1) === 1
    const [near, far] = [Math.floor(index / 3), QR_SIZE - 11 + (index % 3)]
    set(near, far, dark)
    set(far, near, dark)
  }
}

/** Section 7.7.3: up and down in columns of two, from the right, past the timing pattern; masked on the way. */
function drawCodewords(codewords: readonly number[], modules: Map<number, boolean>): void {
  let bit = 0
  for (let right = QR_SIZE - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const goesUp = ((right > 6 ? right : right + 1) & 2) === 0
    for (let step = 0; step < QR_SIZE; step++) {
      const row = goesUp ? QR_SIZE - 1 - step : step
      for (const column of [right, right - 1]) {
        const place = row * QR_SIZE + column
        if (modules.has(place)) continue
        const codeword = codewords[bit >> 3] ?? 0
        const value = ((codeword >> (7 - (bit & 7))) & 1) === 1
        modules.set(place, value !== ((row + column) % 2 === 0))
        bit += 1
      }
    }
  }
}
