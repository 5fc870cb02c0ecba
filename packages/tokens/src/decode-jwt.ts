import { LIMITS } from '@latchkey/protocol'
import { decodeBase64url } from './base64url.ts'
import { type Refusal, refusal } from './refusal.ts'
import { parseStrictObject } from './strict-json.ts'

export type DecodedJwt =
  | {
      readonly kind: 'decoded'
      readonly header: Readonly<Record<string, unknown>>
      readonly claims: Readonly<Record<string, unknown>>
    }
  | Refusal

/**
 * Shows what a compact JWT says without asking whether it is true: for people who look at a token, and for finding out which
 * keys to verify with. Nothing that comes out may decide anything.
 */
export function decodeJwt(token: string): DecodedJwt {
  if (token.length > LIMITS.tokenBytes) return refusal('too_long')
  const [first, second, third, ...more] = token.split('.', 4)
  if (!first || !second || third === undefined || more.length > 0) return refusal('malformed')
  const headerBytes = decodeBase64url(first)
  const payloadBytes = decodeBase64url(second)
  if (!headerBytes || !payloadBytes) return refusal('not_canonical')
  const header = parseStrictObject(headerBytes)
  if (!header) return refusal('bad_header')
  const claims = parseStrictObject(payloadBytes)
  return claims ? { kind: 'decoded', header, claims } : refusal('bad_payload')
}
