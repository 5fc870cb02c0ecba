/** Error correction of QR codes: Reed-Solomon over GF(256), ISO/IEC 18004 section 7.5 and annex A. */

/** x^8 + x^4 + x^3 + x^2 + 1 */
const FIELD = 0x11d

const POWERS = new Uint8Array(255)
const LOGARITHMS = new Uint8Array(256)
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  POWERS[exponent] = value
  LOGARITHMS[value] = exponent
  value = (value << 1) ^ (value & 0x80 ? FIELD : 0)
}

function product(left: number, right: number): number {
  if (left === 0 || right === 0) return 0
  return POWERS[((LOGARITHMS[left] ?? 0) + (LOGARITHMS[right] ?? 0)) % 255] ?? 0
}

/** The generator polynomial without its first coefficient, which is 1: the product of (x - 2^i). */
function generator(degree: number): Uint8Array {
  let polynomial = Uint8Array.of(1)
  for (let root = 0; root < degree; root++) {
    const next = new Uint8Array(polynomial.length + 1)
    polynomial.forEach((coefficient, index) => {
      next[index] = (next[index] ?? 0) ^ coefficient
      next[index + 1] = product(coefficient, POWERS[root] ?? 0)
    })
    polynomial = next
  }
  return polynomial.slice(1)
}

/** The `count` codewords that follow `data`: what is left of it when it is divided by the generator. */
export function errorCorrection(data: Uint8Array, count: number): Uint8Array {
  const divisor = generator(count)
  const rest = new Uint8Array(count)
  for (const codeword of data) {
    const factor = codeword ^ (rest[0] ?? 0)
    rest.copyWithin(0, 1)
    rest[count - 1] = 0
    divisor.forEach((coefficient, index) => {
      rest[index] = (rest[index] ?? 0) ^ product(coefficient, factor)
    })
  }
  return rest
}
