/** Public keys as JWK: RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { quoted } from './text.ts'

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2: members that are secret. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Larger moduli are legal and make one verification cost milliseconds. */
const RSA_BITS = { least: 2048, most: 8192 } as const

/** The name of a member that only the owner of the key may know; undefined in a public key. */
export function privateMember(jwk: Readonly<Record<string, unknown>>): string | undefined {
  return PRIVATE_MEMBERS.find((member) => Object.hasOwn(jwk, member))
}

/**
 * A key that a client may register. One for other purposes than ours (encryption, another curve) is fine, as section 5 asks
 * of readers; a private one or one that makes no key is not. Throws InputError `jwk`, which repeats nothing of the key.
 */
export function checkPublicJwk(jwk: Readonly<Record<string, unknown>>, where: string): void {
  if (typeof jwk !== 'object' || jwk === null) refuseJwk('something else', 'a key', where)
  const secret = privateMember(jwk)
  if (secret !== undefined) refuseJwk(`the private member ${secret}`, 'a public key', where)
  const { kty, kid } = jwk
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') {
    refuseJwk(typeof kty === 'string' ? quoted(kty) : 'none', 'RSA, EC or OKP', `${where}.kty`)
  }
  if (kid !== undefined && !isKid(kid)) {
    const expected = `text of 1 to ${DIRECTORY_LIMITS.kidChars} characters`
    refuseJwk('something else', expected, `${where}.kid`)
  }
  const key = load(jwk, where)
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && (bits < RSA_BITS.least || bits > RSA_BITS.most)) {
    refuseJwk(`${bits} bits`, `an RSA key of ${RSA_BITS.least} to ${RSA_BITS.most} bits`, where)
  }
}

export function refuseJwk(received: string, expected: string, where: string): never {
  throw new InputError('jwk', { received, expected, where })
}

function isKid(kid: unknown): boolean {
  return typeof kid === 'string' && kid !== '' && kid.length <= DIRECTORY_LIMITS.kidChars
}

function load(jwk: Readonly<Record<string, unknown>>, where: string): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    return refuseJwk('members that make no key', 'a public key', where)
  }
}
