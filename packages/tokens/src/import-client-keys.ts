/** Keys that a client has registered: RFC 7517 section 5, RFC 7591 section 2 (`jwks`). */
import type { KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { Jwk } from './export-jwk.ts'
import { importPublicJwk, secretMember } from './import-jwk.ts'
import type { AsymmetricAlg } from './key-record.ts'

export interface ClientKey {
  readonly kid?: string
  /** Public, and checked for the algorithm that was asked for. */
  readonly key: KeyObject
}

const MAX_KEYS = 32

/**
 * The keys of a client's set that may have made a signature: with the `kid` that its header names, or, when it names none, all that
 * fit the algorithm. Keys for other purposes and algorithms are passed over, as section 5 asks; a set with private members gives no
 * keys at all, for whoever published it has lost them. Empty when `set` is no key set, or one of more than 32 keys.
 */
export function importClientKeys(
  set: unknown,
  wanted: { readonly kid: string | undefined; readonly alg: AsymmetricAlg },
): readonly ClientKey[] {
  const { keys } = (set ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return []
  const jwks = keys.filter((jwk): jwk is Jwk => typeof jwk === 'object' && jwk !== null)
  if (jwks.some((jwk) => secretMember(jwk) !== undefined)) return []
  return jwks
    .filter((jwk) => wanted.kid === undefined || jwk['kid'] === wanted.kid)
    .flatMap((jwk) => importIfFit(jwk, wanted.alg))
}

function importIfFit(jwk: Jwk, alg: AsymmetricAlg): readonly ClientKey[] {
  try {
    const key = importPublicJwk(jwk, alg)
    return [typeof jwk['kid'] === 'string' ? { kid: jwk['kid'], key } : { key }]
  } catch (error) {
    if (error instanceof InputError) return []
    throw error
  }
}
