import type { KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'

/** Larger moduli are legal and make one verification cost milliseconds. */
const MODULUS_BITS = { min: 2048, max: 8192 }
const MIN_EXPONENT = 65537n

/**
 * RSA keys that may verify: RFC 7518 sections 3.3 and 3.5 (2048 bits or more), NIST SP 800-56B section 6.2 (exponent above 2^16),
 * and none of the generator of CVE-2017-15361, whose keys can be factored.
 * @throws InputError `rsa-key-weak`
 */
export function checkRsaKey(key: KeyObject, where: string): void {
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {}
  const refuse = (received: string, expected: string) => {
    throw new InputError('rsa-key-weak', { where, received, expected })
  }
  if (bits < MODULUS_BITS.min || bits > MODULUS_BITS.max) {
    refuse(`${bits} bits`, `an RSA key of ${MODULUS_BITS.min} to ${MODULUS_BITS.max} bits`)
  }
  if (exponent < MIN_EXPONENT || exponent % 2n === 0n) {
    refuse(`the exponent ${exponent}`, `an odd exponent of at least ${MIN_EXPONENT}`)
  }
  if (isRocaModulus(modulusOf(key))) {
    refuse('a key with the mark of CVE-2017-15361', 'a key of a sound generator')
  }
}

function modulusOf(key: KeyObject): bigint {
  const { n = '' } = key.export({ format: 'jwk' })
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)
}

/** The small primes that tell: for each of them the broken generator leaves few residues, a sound one all of them. */
const MARKED_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

/**
 * Primes of the broken generator are k·M + (65537^a mod M), M a product of small primes: modulo each of those the modulus is
 * a power of 65537. A sound key passes all these tests by chance once in 2^27 times. Nemec et al., "The
 * Return of Coppersmith's Attack", 2017, section 3.
 */
function isRocaModulus(modulus: bigint): boolean {
  return MARKED_PRIMES.every((prime) => {
    const residue = Number(modulus % BigInt(prime))
    let power = 1
    do {
      if (power === residue) return true
      power = (power * 65537) % prime
    } while (power !== 1)
    return false
  })
}
