/** The key pair that a client proves itself with: assertions (RFC 7523), proofs of possession (RFC 9449). */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { checkKeyKind } from './check-key-record.ts'
import type { Jwk } from './export-jwk.ts'
import { importPrivateJwk } from './import-jwk.ts'
import { jwkThumbprint } from './jwk-thumbprint.ts'
import { ASYMMETRIC_ALGS, type AsymmetricAlg, asAlg } from './key-record.ts'

export interface ClientSigningKey {
  readonly alg: AsymmetricAlg
  /** In the header of assertions, when the client's key set names its keys. */
  readonly kid: string | undefined
  readonly signingKey: KeyObject
  /** Only public members. */
  readonly publicJwk: Jwk
  /** Thumbprint: RFC 7638. */
  readonly jkt: string
}

/**
 * Reads a private key as JWK, or a private KeyObject. The algorithm is the JWK's `alg`, else the one of the kind of key: ES256,
 * EdDSA, and PS256 for RSA.
 * @throws InputError `jwk-…`, `key-kind`, `rsa-key-weak`
 */
export function clientSigningKey(
  source: Jwk | KeyObject,
  options: { readonly alg?: AsymmetricAlg; readonly kid?: string } = {},
): ClientSigningKey {
  const isObject = isKeyObject(source)
  const stated = options.alg ?? (isObject ? undefined : asAlg(source['alg']))
  const kty = isObject ? source.asymmetricKeyType : source['kty']
  const alg = ASYMMETRIC_ALGS.find((known) => known === (stated ?? usualAlg(kty)))
  if (!alg) return refuse('jwk-alg', 'another', `one of ${ASYMMETRIC_ALGS.join(', ')}`)
  const signingKey = isObject ? source : importPrivateJwk(source, alg)
  checkKeyKind(signingKey, alg, 'key')
  if (signingKey.type !== 'private') return refuse('key-kind', 'a public key', 'a private key')
  const kid = options.kid ?? (isObject ? undefined : source['kid'])
  const publicJwk = createPublicKey(signingKey).export({ format: 'jwk' }) as Jwk
  return {
    alg,
    kid: typeof kid === 'string' ? kid : undefined,
    signingKey,
    publicJwk,
    jkt: jwkThumbprint(publicJwk),
  }
}

function usualAlg(kind: unknown): AsymmetricAlg | undefined {
  if (kind === 'RSA' || kind === 'rsa') return 'PS256'
  if (kind === 'EC' || kind === 'ec') return 'ES256'
  return kind === 'OKP' || kind === 'ed25519' ? 'EdDSA' : undefined
}

function isKeyObject(source: Jwk | KeyObject): source is KeyObject {
  return typeof source['export'] === 'function'
}

function refuse(code: string, received: string, expected: string): never {
  throw new InputError(code, { where: 'key', received, expected })
}
