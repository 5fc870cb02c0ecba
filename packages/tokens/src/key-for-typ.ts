import type { TokenFault } from './access-token.ts'
import { readJoseHeader } from './jose-header.ts'
import type { Alg, KeyRecord } from './key-record.ts'

const ALGS: ReadonlySet<string> = new Set<Alg>(['HS256', 'RS256', 'ES256', 'EdDSA'])

/**
 * Chooses the key by `kid` and compares `alg` with it; a type that is not the expected one ends here, so that tokens of
 * different types never stand for each other (RFC 8725 section 3.11). `typ` undefined: any type.
 */
export function keyForTyp(
  segment: string,
  typ: string | undefined,
  keys: ReadonlyMap<string, KeyRecord>,
): KeyRecord | TokenFault {
  const header = readJoseHeader(segment)
  if (typeof header === 'string') return header
  // RFC 7515 section 4.1.9: `application/` may be left out or written. Letter case is not folded.
  if (typ !== undefined && header.typ !== typ && header.typ !== `application/${typ}`) {
    return 'wrong_typ'
  }
  if (header.alg === undefined || !ALGS.has(header.alg)) return 'wrong_alg'
  const record = header.kid === undefined ? undefined : keys.get(header.kid)
  if (!record) return 'unknown_kid'
  return header.alg === record.alg ? record : 'wrong_alg'
}
