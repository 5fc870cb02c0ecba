import { createSecretKey } from 'node:crypto'
import { checkKeyKind } from './check-key-record.ts'
import { NAMELESS, type SigningKeyRecord } from './key-record.ts'

/**
 * The key of ID tokens and signed user info that a client asked to have with HS256: the octets of its secret (OpenID Connect
 * Core section 10.1), good for this client's tokens only.
 *
 * Its tokens have no `kid`. Client and issuer share one secret, so there is nothing to choose; and libraries that look for the
 * named key among those that they were given find none, because a bare secret has no name.
 * @throws InputError `hmac-key-short` when the secret has fewer than 32 bytes
 */
export function clientSecretKey(facts: {
  readonly secret: string
  readonly clientId: string
  readonly issuer: string
}): SigningKeyRecord {
  const { secret, clientId, issuer } = facts
  const key = createSecretKey(secret, 'utf8')
  checkKeyKind(key, 'HS256', 'client secret')
  return {
    kid: NAMELESS,
    alg: 'HS256',
    issuer,
    audience: clientId,
    state: 'active',
    key,
    signingKey: key,
  }
}
