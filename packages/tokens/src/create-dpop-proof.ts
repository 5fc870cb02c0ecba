import { InputError, type Random, randomId, systemRandom, TYP } from '@latchkey/protocol'
import type { ClientSigningKey } from './client-key.ts'
import { normalizeDpopUri } from './dpop-uri.ts'
import { signWithHeader } from './sign-jwt.ts'
import { accessTokenHash } from './verify-dpop-proof.ts'

export interface DpopProofFacts {
  /** Of the request, in capitals. */
  readonly method: string
  /** Address of the request; query and fragment are left out. */
  readonly uri: string
  /** Wall clock in whole seconds since 1970. */
  readonly nowSeconds: number
  /** The token that is sent beside the proof; none at the token endpoint. */
  readonly accessToken?: string
  /** What the server said last in `DPoP-Nonce`. */
  readonly nonce?: string
  /** Default `systemRandom`. */
  readonly random?: Random
}

/**
 * A proof of possession for one request: RFC 9449 section 4.2. Goes into the header `DPoP`.
 * @throws InputError `dpop-uri` when the address is none of http or https
 */
export function createDpopProof(key: ClientSigningKey, facts: DpopProofFacts): string {
  const { method, uri, nowSeconds, accessToken, nonce, random = systemRandom } = facts
  const htu = normalizeDpopUri(uri)
  if (htu === undefined) {
    throw new InputError('dpop-uri', {
      received: 'something else',
      expected: 'an absolute http or https address without userinfo',
    })
  }
  return signWithHeader(
    key,
    { typ: TYP.dpopProof, alg: key.alg, jwk: key.publicJwk },
    {
      jti: randomId(random),
      htm: method,
      htu,
      iat: nowSeconds,
      ...(accessToken === undefined ? {} : { ath: accessTokenHash(accessToken) }),
      ...(nonce === undefined ? {} : { nonce }),
    },
  )
}
