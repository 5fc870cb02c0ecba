/** The name of a key that is made of the key itself: JWK Thumbprint, RFC 7638 section 3, RFC 8037 section 2. */
import { createHash } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { Jwk } from './export-jwk.ts'

/** The members that make the key, in the order that is hashed: by code point. */
const REQUIRED = new Map<unknown, readonly string[]>([
  ['RSA', ['e', 'kty', 'n']],
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
])

/**
 * SHA-256 thumbprint in base64url, as in `jkt` (RFC 9449 section 6.1). A private key has that of its public half. The members
 * are hashed as they are written: import the key first where it comes from a stranger.
 * @throws InputError `jwk-kty`, `jwk-member`
 */
export function jwkThumbprint(jwk: Jwk): string {
  const names = REQUIRED.get(jwk['kty'])
  if (!names) return refuse('jwk-kty', 'another kind of key', 'kty RSA, EC or OKP')
  const members = names.map((name) => {
    const value = jwk[name]
    if (typeof value !== 'string') return refuse('jwk-member', `no such ${name}`, `${name} as text`)
    return [name, value]
  })
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url')
}

function refuse(code: string, received: string, expected: string): never {
  throw new InputError(code, { where: 'key', received, expected })
}
