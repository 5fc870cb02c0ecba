import type { TokenFault } from './access-token.ts'
import { isTyp } from './client-header.ts'
import { readJoseHeader } from './jose-header.ts'
import { type Alg, ASYMMETRIC_ALGS, type KeyRecord, NAMELESS } from './key-record.ts'

const ALGS: ReadonlySet<string> = new Set<Alg>(['HS256', ...ASYMMETRIC_ALGS])

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
  if (typ !== undefined && !isTyp(header.typ, typ)) return 'wrong_typ'
  if (header.alg === undefined || !ALGS.has(header.alg)) return 'wrong_alg'
  // An empty kid is a name that no key has, and no second way of having none.
  const record = header.kid === '' ? undefined : keys.get(header.kid ?? NAMELESS)
  if (!record) return 'unknown_kid'
  return header.alg === record.alg ? record : 'wrong_alg'
}
