import { type AccessTokenClaims, InputError, LIMITS, TYP } from '@latchkey/protocol'
import { readAccessTokenClaims } from './access-token-claims.ts'
import { encodeBase64url } from './base64url.ts'
import { headerSegment } from './jose-header.ts'
import type { SigningKeyRecord } from './key-record.ts'
import { type SigningKey, signText } from './signature.ts'

/** The types that are signed as they are. Access tokens have rules of their own: `signAccessToken`. */
export type PlainTyp = Exclude<(typeof TYP)[keyof typeof TYP], typeof TYP.accessToken>

/**
 * Signs ID tokens, logout tokens, signed user info and introspection answers (RFC 7519). The claims are the caller's; `exp` is
 * none of the things that every type needs.
 * @throws InputError `token-too-long` when no verifier would take it
 */
export function signJwt(
  record: SigningKeyRecord,
  typ: PlainTyp,
  claims: Readonly<Record<string, unknown>>,
): string {
  return signSegment(record, headerSegment(record, typ), JSON.stringify(claims))
}

/** Signs with a header of the caller's: what clients sign has other members than what the issuer does. @throws as `signJwt` */
export function signWithHeader(
  key: SigningKey,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  return signSegment(key, encodeBase64url(JSON.stringify(header)), JSON.stringify(claims))
}

/**
 * Signs an access token (RFC 9068). Nothing is signed that a verifier would refuse: claims outside the profile, a foreign
 * issuer or audience, a lifetime over 900 s.
 * @throws InputError `access-token-claims`, `token-too-long`
 */
export function signAccessToken(record: SigningKeyRecord, claims: AccessTokenClaims): string {
  const { issuer, audience } = record
  const profile =
    audience === undefined
      ? 'wrong_audience'
      : readAccessTokenClaims({ ...claims }, { issuer, audience })
  if (typeof profile === 'string') {
    throw new InputError('access-token-claims', {
      where: `access token for ${claims.aud}`,
      received: profile,
      expected: 'claims of the access-token profile',
    })
  }
  return signSegment(record, headerSegment(record, TYP.accessToken), JSON.stringify(profile))
}

function signSegment(key: SigningKey, header: string, payload: string): string {
  const text = `${header}.${encodeBase64url(payload)}`
  // Looked at before signing too: an RSA signature over what nobody may send is wasted.
  if (text.length > LIMITS.tokenBytes) throw tooLong(text.length)
  const token = `${text}.${signText(key, text)}`
  if (token.length > LIMITS.tokenBytes) throw tooLong(token.length)
  return token
}

function tooLong(length: number): InputError {
  return new InputError('token-too-long', {
    received: `${length} characters`,
    expected: `a token of at most ${LIMITS.tokenBytes} characters`,
  })
}
