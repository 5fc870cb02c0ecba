/** Protected headers of JWTs that clients sign: RFC 7515 section 4. */
import type { TokenFault } from './access-token.ts'
import { decodeBase64url } from './base64url.ts'
import { ASYMMETRIC_ALGS, type AsymmetricAlg, asAlg } from './key-record.ts'
import { parseStrictObject } from './strict-json.ts'

export interface ClientHeader {
  readonly alg: AsymmetricAlg
  readonly typ: string | undefined
  readonly kid: string | undefined
  /** For proofs of possession; everybody else leaves it alone. */
  readonly jwk: unknown
}

const MAX_KID_CHARS = 256

/**
 * Reads what any library may have written: other members are left alone (RFC 7515 section 4 wants it so), but what a header calls
 * critical cannot be, and so the token is refused (section 4.1.11). `none` and secrets end here, too.
 */
export function readClientHeader(segment: string): ClientHeader | TokenFault {
  const bytes = decodeBase64url(segment)
  if (!bytes) return 'not_canonical'
  const header = parseStrictObject(bytes)
  if (!header || 'crit' in header) return 'bad_header'
  const { typ, kid, jwk } = header
  if (typ !== undefined && typeof typ !== 'string') return 'wrong_typ'
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_CHARS)) {
    return 'unknown_kid'
  }
  const alg = ASYMMETRIC_ALGS.find((known) => known === asAlg(header['alg']))
  return alg ? { alg, typ, kid, jwk } : 'wrong_alg'
}

/** RFC 7515 section 4.1.9: `application/` may be left out or written. Letter case is not folded. */
export function isTyp(given: string | undefined, expected: string | undefined): boolean {
  return given === expected || (expected !== undefined && given === `application/${expected}`)
}
