import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { decodeBase64url } from './base64url.ts'
import { checkKeyKind } from './check-key-record.ts'
import type { Jwk } from './export-jwk.ts'
import { type Alg, type AsymmetricAlg, asAlg } from './key-record.ts'

/** Strict import of single keys: RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2. */

interface Kind {
  readonly kty: string
  readonly crv?: string
  readonly publicMembers: readonly string[]
  readonly privateMembers: readonly string[]
}

const RSA: Kind = {
  kty: 'RSA',
  publicMembers: ['n', 'e'],
  privateMembers: ['d', 'p', 'q', 'dp', 'dq', 'qi'],
}

const KINDS: Record<Alg, Kind> = {
  HS256: { kty: 'oct', publicMembers: [], privateMembers: ['k'] },
  RS256: RSA,
  PS256: RSA,
  ES256: { kty: 'EC', crv: 'P-256', publicMembers: ['x', 'y'], privateMembers: ['d'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', publicMembers: ['x'], privateMembers: ['d'] },
}

/** Of all kinds of key, and `oth` for RSA keys of more than two primes, which are not taken. */
const SECRET_MEMBERS = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth']

/** The key to verify with. @throws InputError `jwk-…`, `key-kind`, `rsa-key-weak` */
export function importPublicJwk(jwk: Jwk, alg: AsymmetricAlg): KeyObject {
  checkMembers(jwk, alg, 'verify')
  const secret = secretMember(jwk)
  if (secret !== undefined) refuse('jwk-secret', `the private member ${secret}`, 'a public key')
  const key = materialOf(jwk, alg, false)
  return load(alg, () => createPublicKey({ key, format: 'jwk' }))
}

/** The key to sign with. @throws InputError `jwk-…`, `key-kind`, `rsa-key-weak` */
export function importPrivateJwk(jwk: Jwk, alg: AsymmetricAlg): KeyObject {
  checkMembers(jwk, alg, 'sign')
  const key = materialOf(jwk, alg, true)
  return load(alg, () => createPrivateKey({ key, format: 'jwk' }))
}

/** A key shared with a service. @throws InputError `jwk-…`, `hmac-key-short` */
export function importSecretJwk(jwk: Jwk, alg: 'HS256'): KeyObject {
  checkMembers(jwk, alg, 'verify')
  const { k = '' } = materialOf(jwk, alg, true)
  return load(alg, () => createSecretKey(Buffer.from(k, 'base64url')))
}

/** The name of a member that nobody but the owner of the key may know; undefined in a public key. */
export function secretMember(jwk: Jwk): string | undefined {
  return SECRET_MEMBERS.find((name) => name in jwk)
}

/** What a JWK says about itself must fit, where it says it: RFC 7517 sections 4.1 to 4.4. */
function checkMembers(jwk: Jwk, alg: Alg, operation: 'sign' | 'verify'): void {
  const expected = KINDS[alg]
  const { kty, crv, use = 'sig', key_ops: operations = [operation] } = jwk
  if (kty !== expected.kty) refuse('jwk-kty', shown(kty), `${expected.kty} for ${alg}`)
  if (crv !== expected.crv) refuse('jwk-crv', shown(crv), `${expected.crv} for ${alg}`)
  if (jwk['alg'] !== undefined && asAlg(jwk['alg']) !== alg) {
    refuse('jwk-alg', shown(jwk['alg']), alg)
  }
  if (use !== 'sig') refuse('jwk-use', shown(use), 'sig')
  if (!Array.isArray(operations) || !operations.includes(operation)) {
    refuse('jwk-key-ops', shown(operations), `key_ops with ${operation}`)
  }
}

/** Only the members that make the key, each one canonical base64url. */
function materialOf(jwk: Jwk, alg: Alg, withSecret: boolean): Record<string, string> {
  const { kty, crv, publicMembers, privateMembers } = KINDS[alg]
  const material: Record<string, string> = crv === undefined ? { kty } : { kty, crv }
  for (const name of withSecret ? [...publicMembers, ...privateMembers] : publicMembers) {
    const value = jwk[name]
    if (typeof value !== 'string' || value === '' || !decodeBase64url(value)) {
      refuse('jwk-member', `no such ${name}`, `${name} in base64url without padding`)
    }
    material[name] = value
  }
  return material
}

function load(alg: Alg, create: () => KeyObject): KeyObject {
  let key: KeyObject
  try {
    key = create()
  } catch {
    // The cause may quote the key, so it ends here.
    return refuse('jwk-unusable', 'members that make no key', `a key for ${alg}`)
  }
  checkKeyKind(key, alg, 'key')
  return key
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
}

function refuse(code: string, received: string, expected: string): never {
  throw new InputError(code, { where: 'key', received, expected })
}
