import { type KeyObject, sign, verify } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'
import { hmacMatches, hmacSha256 } from './hmac.ts'
import type { AsymmetricAlg, KeyRecord, SigningKeyRecord } from './key-record.ts'

/**
 * Signatures of JWS: RFC 7518 section 3, RFC 8037 section 3.1. The algorithm is the record's. `text` is the signing input,
 * which is ASCII: header segment, dot, payload segment.
 */
export function signText(record: SigningKeyRecord, text: string): string {
  const { signingKey: key, alg } = record
  switch (alg) {
    case 'HS256':
      return hmacSha256(key, text)
    case 'RS256':
      return sign('sha256', Buffer.from(text, 'latin1'), key).toString('base64url')
    case 'ES256':
      return sign('sha256', Buffer.from(text, 'latin1'), {
        key,
        dsaEncoding: 'ieee-p1363',
      }).toString('base64url')
    case 'EdDSA':
      return sign(null, Buffer.from(text, 'latin1'), key).toString('base64url')
  }
}

/** `signature` is the segment as it stands in the token. False also when it is not the only text of its bytes. */
export function verifyText(record: KeyRecord, text: string, signature: string): boolean {
  if (record.alg === 'HS256') return hmacMatches(record.key, text, signature)
  const bytes = decodeBase64url(signature)
  return bytes !== undefined && verifyBytes(record.alg, record.key, text, bytes)
}

function verifyBytes(alg: AsymmetricAlg, key: KeyObject, text: string, signature: Buffer): boolean {
  const signed = Buffer.from(text, 'latin1')
  switch (alg) {
    case 'RS256':
      return verify('sha256', signed, key, signature)
    case 'ES256':
      return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
    case 'EdDSA':
      return verify(null, signed, key, signature)
  }
}
