/** The tokens that everybody verifies: the same bytes for all contenders. */
import { randomBytes } from 'node:crypto'
import { type AccessTokenClaims, LIMITS } from '@latchkey/protocol'
import { deriveServiceKey, type SigningKeyRecord, signAccessToken } from '@latchkey/tokens'

export const ISSUER = 'http://sso.test'
export const SERVICE = 'http://a.test'
export const TOKEN_CHARS = 672

/** The route that is asked for. Its grant stands in the middle of the list. */
export const METHOD = 'GET'
export const PATTERN = '/h/:id'
export const PATH = '/h/17'

/** As short as routes can be: with 15 of them, a session and all claims of the profile the token still has 672 characters. */
export const GRANTS: readonly string[] = [
  ...['GET /a', 'POST /a', 'GET /b', 'PUT /b/:id', 'GET /c', 'GET /d', 'GET /e'],
  `${METHOD} ${PATTERN}`,
  ...['POST /h', 'GET /i', 'GET /j', 'PUT /k', 'GET /l', 'GET /m', 'GET /n'],
]

/** The log as it stands when the tokens are signed. */
export const REV = [0, 1, 1000] as const

export type BenchKey = SigningKeyRecord

/** The same key in every process that is given the same master secret. */
export function benchKey(master: Buffer = randomBytes(32)): BenchKey {
  const facts = { master, issuer: ISSUER, audience: SERVICE, alg: 'HS256', generation: 1 } as const
  return deriveServiceKey(facts)
}

/** Tokens of different people, each of its own session, good for 15 minutes. */
export function signTokens(key: BenchKey, count: number): string[] {
  const iat = Math.floor(Date.now() / 1000)
  const exp = iat + LIMITS.accessTokenMaxSeconds
  return Array.from({ length: count }, () => {
    const token = signAccessToken(key, claimsAt(iat, exp))
    if (token.length !== TOKEN_CHARS) throw new Error(`a token of ${token.length} characters`)
    return token
  })
}

/** Of a person of their own. */
export function claimsAt(iat: number, exp: number): AccessTokenClaims {
  return {
    iss: ISSUER,
    sub: `u_${id()}0000`,
    aud: SERVICE,
    client_id: 'store',
    iat,
    exp,
    jti: id(),
    scope: '',
    rev: REV,
    routes: GRANTS,
    sid: `s0_${id()}`,
    auth_time: iat,
  }
}

/** 128 bits as 22 characters, as the issuer makes them. */
function id(): string {
  return randomBytes(16).toString('base64url')
}

/** Changes a character inside the signature: well-formed, canonical, and wrong. */
export function forge(token: string): string {
  const at = token.length - 19
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
