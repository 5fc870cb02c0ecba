import { InputError } from '@latchkey/protocol'
import type { Jwk } from './export-jwk.ts'
import { importPublicJwk, importSecretJwk } from './import-jwk.ts'
import { keyMap } from './key-map.ts'
import { type Alg, ASYMMETRIC_ALGS, type KeyRecord } from './key-record.ts'

const MAX_KEYS = 64
const ALGS: readonly unknown[] = ['HS256', ...ASYMMETRIC_ALGS] satisfies Alg[]

/**
 * A key set as a key map: RFC 7517 section 5. Every key names its `kid` and `alg`; one key that cannot be used spoils the set, and
 * so does a set that mixes secrets with public keys: whoever made it has published a secret.
 * @throws InputError `jwks-…`, `jwk-…`, `key-…`, `rsa-key-weak`, `hmac-key-short`
 */
export function importJwkSet(
  set: unknown,
  binding: { readonly issuer: string; readonly audience: string | undefined },
): ReadonlyMap<string, KeyRecord> {
  const keys = listOf(set)
  const secrets = keys.filter((jwk) => jwk['kty'] === 'oct').length
  if (secrets !== 0 && secrets !== keys.length) {
    refuse('jwks-mixed', 'secrets beside public keys', 'only secrets, or only public keys')
  }
  return keyMap(keys.map((jwk) => recordOf(jwk, binding)))
}

function listOf(set: unknown): readonly Jwk[] {
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) {
    return refuse('jwks-form', 'something else', `an object with at most ${MAX_KEYS} keys`)
  }
  if (!keys.every((key) => typeof key === 'object' && key !== null)) {
    refuse('jwks-form', 'something else in keys', 'keys as objects')
  }
  return keys
}

function recordOf(
  jwk: Jwk,
  binding: { readonly issuer: string; readonly audience: string | undefined },
): KeyRecord {
  const { kid } = jwk
  if (typeof kid !== 'string') return refuse('jwk-kid', 'no kid', 'a kid in every key')
  if (!ALGS.includes(jwk['alg'])) {
    return refuse('jwk-alg', String(jwk['alg']).slice(0, 40), `one of ${ALGS.join(', ')}`)
  }
  const alg = jwk['alg'] as Alg
  const key = alg === 'HS256' ? importSecretJwk(jwk, alg) : importPublicJwk(jwk, alg)
  return { kid, alg, ...binding, state: 'active', key }
}

function refuse(code: string, received: string, expected: string): never {
  throw new InputError(code, { where: 'key set', received, expected })
}
