import { InputError } from '@latchkey/protocol'
import type { KeyRecord, SigningKeyRecord } from './key-record.ts'

/** A key as RFC 7517 writes it. */
export type Jwk = Readonly<Record<string, unknown>>

/**
 * The key set for `/jwks`: RFC 7517 section 5. Public members, `kid`, `use` and `alg` of each key pair. HMAC keys are left out,
 * since a shared secret never stands in a key set.
 * @throws InputError `key-kid-twice`
 */
export function publicJwks(records: Iterable<KeyRecord>): { readonly keys: readonly Jwk[] } {
  const byKid = new Map<string, Jwk>()
  for (const record of records) {
    if (record.alg === 'HS256') continue
    if (byKid.has(record.kid)) {
      throw new InputError('key-kid-twice', {
        received: `two keys with the kid ${record.kid}`,
        expected: 'a kid of its own for each key',
      })
    }
    byKid.set(record.kid, publicJwk(record))
  }
  return { keys: [...byKid.values()] }
}

/** Members are picked by name, so that none can slip out that is not listed here. */
function publicJwk({ kid, alg, key }: KeyRecord): Jwk {
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  const material = kty === 'RSA' ? { n, e } : kty === 'EC' ? { crv, x, y } : { crv, x }
  return { kty, kid, use: 'sig', alg, ...material }
}

/** A signing key with its secret, to be wrapped and stored. Never log it, never send it. */
export function exportPrivateJwk({ kid, alg, signingKey }: SigningKeyRecord): Jwk {
  return { ...signingKey.export({ format: 'jwk' }), kid, use: 'sig', alg }
}
