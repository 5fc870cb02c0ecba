import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'
import { hmacMatches, hmacSha256 } from './hmac.ts'
import type { AsymmetricAlg, KeyRecord, SigningKeyRecord } from './key-record.ts'

/** RFC 7518 section 3.5: MGF1 with the same hash, and a salt as long as it. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

/** What it takes to verify. The rest of a key record says whose tokens it may verify. */
export type VerifyingKey = Pick<KeyRecord, 'alg' | 'key'>
/** What it takes to sign. */
export type SigningKey = Pick<SigningKeyRecord, 'alg' | 'signingKey'>

/**
 * Signatures of JWS: RFC 7518 section 3, RFC 8037 section 3.1. The algorithm is the record's. `text` is the signing input,
 * which is ASCII: header segment, dot, payload segment.
 */
export function signText(record: SigningKey, text: string): string {
  const { signingKey: key, alg } = record
  switch (alg) {
    case 'HS256':
      return hmacSha256(key, text)
    case 'RS256':
      return sign('sha256', Buffer.from(text, 'latin1'), key).toString('base64url')
    case 'PS256':
      return sign('sha256', Buffer.from(text, 'latin1'), { key, ...PSS }).toString('base64url')
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
export function verifyText(record: VerifyingKey, text: string, signature: string): boolean {
  if (record.alg === 'HS256') return hmacMatches(record.key, text, signature)
  const bytes = decodeBase64url(signature)
  return bytes !== undefined && verifyBytes(record.alg, record.key, text, bytes)
}

function verifyBytes(alg: AsymmetricAlg, key: KeyObject, text: string, signature: Buffer): boolean {
  const signed = Buffer.from(text, 'latin1')
  switch (alg) {
    case 'RS256':
      return verify('sha256', signed, key, signature)
    case 'PS256':
      return verify('sha256', signed, { key, ...PSS }, signature)
    case 'ES256':
      return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
    case 'EdDSA':
      return verify(null, signed, key, signature)
  }
}
