/** Proofs of possession: RFC 9449 section 4.3. Whether a proof was seen before, and whether its nonce is good, the caller decides. */
import { createHash, type KeyObject } from 'node:crypto'
import { InputError, TYP } from '@latchkey/protocol'
import type { TokenFault } from './access-token.ts'
import { isTyp, readClientHeader } from './client-header.ts'
import { normalizeDpopUri } from './dpop-uri.ts'
import type { Jwk } from './export-jwk.ts'
import { importPublicJwk } from './import-jwk.ts'
import { jwkThumbprint } from './jwk-thumbprint.ts'
import type { AsymmetricAlg } from './key-record.ts'
import { openJws } from './open-jws.ts'
import { readPayload } from './read-payload.ts'

/**
 * `dpop_signing_alg_values_supported`, and exactly what is accepted. Ed25519 is another name of EdDSA (RFC 9864). RS256 is
 * left out: its padding is the older one, and FAPI 2.0 section 5.4.1 bars it.
 */
export const DPOP_ALGS = ['ES256', 'EdDSA', 'Ed25519', 'PS256'] as const

export const DPOP_WINDOW = {
  /** A proof is made for one request. The minute is for slow networks and clocks that are behind. */
  maxAgeSeconds: 60,
  /** Clocks of phones and laptops are ahead by a few seconds. */
  aheadSeconds: 10,
} as const

export interface DpopExpectation {
  /** Method of the request, as it was sent. */
  readonly method: string
  /** Public address of the request; the query does not count. Never made of a `Host` header. */
  readonly uri: string
  /** Wall clock in whole seconds since 1970. */
  readonly nowSeconds: number
  /** The access token beside the proof, which must then be about this token (`ath`). */
  readonly accessToken?: string
}

export type DpopFault = TokenFault | 'wrong_htm' | 'wrong_htu' | 'wrong_ath'

export type DpopOutcome =
  | {
      readonly kind: 'valid'
      /** Thumbprint of the proven key: what `cnf.jkt` of a token that it may use says. */
      readonly jkt: string
      /** 1 to 256 characters. A second proof of this key with this `jti` before `expiresAt` is a replay. */
      readonly jti: string
      readonly nonce: string | undefined
      /** Second from which this proof is refused for its age. */
      readonly expiresAt: number
    }
  | { readonly kind: 'invalid'; readonly fault: DpopFault }

const MAX_TEXT_CHARS = 256

/**
 * Verifies one `DPoP` header. `nbf` and `exp` do not count: `iat` alone bounds the life of a proof, and no proof can lengthen it.
 * Does no I/O and throws nothing.
 */
export function verifyDpopProof(proof: string, expected: DpopExpectation): DpopOutcome {
  const opened = openJws(proof, keyOfProof)
  if (typeof opened === 'string') return refuse(opened)
  const claims = readPayload(opened.payload)
  if (typeof claims === 'string') return refuse(claims)
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (!isShortText(jti) || (nonce !== undefined && !isShortText(nonce))) return refuse('bad_claim')
  if (htm !== expected.method) return refuse('wrong_htm')
  if (typeof htu !== 'string' || !isSameUri(htu, expected.uri)) return refuse('wrong_htu')
  if (!Number.isSafeInteger(iat)) return refuse('bad_claim')
  const expiresAt = (iat as number) + DPOP_WINDOW.maxAgeSeconds + 1
  if ((iat as number) > expected.nowSeconds + DPOP_WINDOW.aheadSeconds) {
    return refuse('not_yet_valid')
  }
  // Written so that a clock that gives NaN refuses.
  if (!(expected.nowSeconds < expiresAt)) return refuse('expired')
  if (expected.accessToken !== undefined && ath !== accessTokenHash(expected.accessToken)) {
    return refuse('wrong_ath')
  }
  return { kind: 'valid', jkt: opened.record.jkt, jti, nonce, expiresAt }
}

/** `ath`: RFC 9449 section 4.2. */
export function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url')
}

interface ProofKey {
  readonly alg: AsymmetricAlg
  readonly key: KeyObject
  readonly jkt: string
}

/** The key comes with the proof. That it is the right one is for the caller to see, by its thumbprint. */
function keyOfProof(segment: string): ProofKey | TokenFault {
  const header = readClientHeader(segment)
  if (typeof header === 'string') return header
  const { alg, typ, jwk } = header
  if (!isTyp(typ, TYP.dpopProof)) return 'wrong_typ'
  if (!DPOP_ALGS.some((known) => known === alg)) return 'wrong_alg'
  if (typeof jwk !== 'object' || jwk === null) return 'bad_header'
  try {
    return { alg, key: importPublicJwk(jwk as Jwk, alg), jkt: jwkThumbprint(jwk as Jwk) }
  } catch (error) {
    if (error instanceof InputError) return 'bad_header'
    throw error
  }
}

function isSameUri(given: string, expected: string): boolean {
  const normal = normalizeDpopUri(given)
  return normal !== undefined && normal === normalizeDpopUri(expected)
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT_CHARS
}

function refuse(fault: DpopFault): DpopOutcome {
  return { kind: 'invalid', fault }
}
