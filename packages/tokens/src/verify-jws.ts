import { decodeBase64url } from './base64url.ts'
import { checkKeyKind } from './check-key-record.ts'
import { keyForTyp } from './key-for-typ.ts'
import type { KeyRecord } from './key-record.ts'
import { openJws } from './open-jws.ts'
import { type Refusal, refusal } from './refusal.ts'

export type JwsOutcome = { readonly kind: 'valid'; readonly payload: Buffer } | Refusal

/**
 * Verifies a compact JWS with one key (RFC 7515 section 5.2); the payload may be any bytes. The header holds `alg`, `kid` and
 * perhaps `typ`, and nothing else. For tokens use `verifyJwt`.
 * @throws InputError when the key itself must not be used
 */
export function verifyJws(token: string, record: KeyRecord): JwsOutcome {
  checkKeyKind(record.key, record.alg, `key ${record.kid}`)
  const keys = new Map([[record.kid, record]])
  const opened = openJws(token, (segment) => keyForTyp(segment, undefined, keys))
  if (typeof opened === 'string') return refusal(opened)
  const payload = decodeBase64url(opened.payload)
  return payload ? { kind: 'valid', payload } : refusal('not_canonical')
}
