import type { KeyObject } from 'node:crypto'

/** Algorithms of key pairs: RFC 7518 section 3, RFC 8037 section 3.1. */
export const ASYMMETRIC_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
export type AsymmetricAlg = (typeof ASYMMETRIC_ALGS)[number]
export type Alg = 'HS256' | AsymmetricAlg

export type KeyLifeState = 'pending' | 'active' | 'retiring'

/** The `kid` of a key that tokens do not name. A map of keys that were checked has none, so that there is no default key. */
export const NAMELESS = ''

/**
 * A verification key with everything that decides about it: the algorithm comes from here and never from a token
 * (RFC 8725 section 3.1), the audience too. `key` is a secret (HS256) or a public key.
 */
export interface KeyRecord {
  /** `[A-Za-z0-9._-]{1,64}`, unique in the deployment; NAMELESS for the secret of a client. */
  readonly kid: string
  readonly alg: Alg
  readonly issuer: string
  /** The only audience whose tokens this key may verify; undefined for keys of ID tokens. */
  readonly audience: string | undefined
  readonly state: KeyLifeState
  readonly key: KeyObject
}

/** A key record that can sign. For HS256 `signingKey` is the same secret as `key`. */
export interface SigningKeyRecord extends KeyRecord {
  readonly signingKey: KeyObject
}

/** RFC 9864 section 2.2 gives EdDSA with the curve Ed25519 a name of its own; here the two are one. */
export function asAlg(name: unknown): unknown {
  return name === 'Ed25519' ? 'EdDSA' : name
}
