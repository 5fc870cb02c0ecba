import { sign, verify } from 'node:crypto'
import { hmacMatches, hmacSha256 } from './hmac.ts'
import type { KeyRecord, SigningKeyRecord } from './key-record.ts'

/**
 * Signatures of JWS: RFC 7518 section 3, RFC 8037 section 3.1. The algorithm is the record's. `text` is the signing input,
 * which is ASCII: header segment, dot, payload segment.
 */
export function signText(record: SigningKeyRecord, text: string): string {
  const { signingKey: key, alg } = record
  switch (alg) {
    case 'HS256':
      return Buffer.from(hmacSha256(key, text), 'latin1').toString('base64url')
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

export function verifyText(record: KeyRecord, text: string, signature: Buffer): boolean {
  const { key, alg } = record
  switch (alg) {
    case 'HS256':
      return hmacMatches(key, text, signature)
    case 'RS256':
      return verify('sha256', Buffer.from(text, 'latin1'), key, signature)
    case 'ES256':
      return verify(
        'sha256',
        Buffer.from(text, 'latin1'),
        { key, dsaEncoding: 'ieee-p1363' },
        signature,
      )
    case 'EdDSA':
      return verify(null, Buffer.from(text, 'latin1'), key, signature)
  }
}
