import { createHash, createSecretKey } from 'node:crypto'
import { checkKeyRecord } from './check-key-record.ts'
import type { SigningKeyRecord } from './key-record.ts'

const KID_BYTES = 12

/**
 * The key of ID tokens and signed user info that a client asked to have with HS256: the octets of its secret (OpenID Connect
 * Core section 10.1), good for this client's tokens only.
 *
 * Its `kid` is a digest of the client's id, so that no key of the issuer can have the same name. That tells nobody anything: the id
 * stands in the token as `aud`, the secret has no part in it, and clients, who have one secret, do not look at it.
 * @throws InputError `hmac-key-short` when the secret has fewer than 32 bytes
 */
export function clientSecretKey(facts: {
  readonly secret: string
  readonly clientId: string
  readonly issuer: string
}): SigningKeyRecord {
  const { secret, clientId, issuer } = facts
  const key = createSecretKey(secret, 'utf8')
  const digest = createHash('sha256').update(clientId).digest()
  const record: SigningKeyRecord = {
    kid: `client.${digest.subarray(0, KID_BYTES).toString('base64url')}`,
    alg: 'HS256',
    issuer,
    audience: clientId,
    state: 'active',
    key,
    signingKey: key,
  }
  checkKeyRecord(record)
  return record
}
