import { LIMITS } from '@latchkey/protocol'
import type { TokenFault } from './access-token.ts'
import { decodeBase64url } from './base64url.ts'
import { type VerifyingKey, verifyText } from './signature.ts'

/** Gives the key for a header segment, or says why there is none. It sees nothing else of the token. */
export type KeyForHeader<Key> = (headerSegment: string) => Key | TokenFault

export interface OpenedJws<Key> {
  /** The segment that was signed, as it stands in the token. Whether it is canonical is seen when it is decoded. */
  readonly payload: string
  readonly record: Key
}

/**
 * Opens a compact JWS (RFC 7515 section 5.2): length, form, header and key, signature; the payload is for `readPayload` or
 * `decodeBase64url`, which see that its text is canonical. Throws nothing and parses nothing but the header, so that a forged token
 * costs hardly more than its MAC.
 */
export function openJws<Key extends VerifyingKey>(
  token: string,
  keyForHeader: KeyForHeader<Key>,
): OpenedJws<Key> | TokenFault {
  if (token.length > LIMITS.tokenBytes) return 'too_long'
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second === -1 || second === token.length - 1) return 'malformed'
  if (token.includes('.', second + 1)) return 'malformed'
  const payload = token.slice(first + 1, second)
  const signature = token.slice(second + 1)
  const record = keyForHeader(token.slice(0, first))
  if (typeof record !== 'string' && verifyText(record, token.slice(0, second), signature)) {
    return { payload, record }
  }
  // Whether the text is canonical comes before everything else that is wrong; a signature that verifies is.
  if (!decodeBase64url(payload) || !decodeBase64url(signature)) return 'not_canonical'
  return typeof record === 'string' ? record : 'bad_signature'
}
