import { hash, timingSafeEqual } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { isSha256 } from '../checks/sha256.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'

/** RFC 6749 appendix A.2: visible characters and the space. */
const SECRET = /^[\x20-\x7e]*$/
/**
 * The stored form of a client secret, `sha256:<base64url>`. A fast hash is enough because a secret is random and at
 * least 32 bytes long: nobody can search for it. Throws InputError `client-secret`, which does not repeat it.
 */
export function hashClientSecret(secret: string, where = 'secret'): string {
  const isFit =
    SECRET.test(secret) &&
    secret.length >= DIRECTORY_LIMITS.secretMinBytes &&
    secret.length <= DIRECTORY_LIMITS.secretMaxBytes
  if (!isFit) {
    throw new InputError('client-secret', {
      received: `${secret.length} characters`,
      expected: `${DIRECTORY_LIMITS.secretMinBytes} to ${DIRECTORY_LIMITS.secretMaxBytes} random visible ASCII characters`,
      where,
    })
  }
  return `sha256:${digest(secret).toString('base64url')}`
}

/** Throws InputError `client-secret-hash`. */
export function checkClientSecretHash(secretHash: string, where: string): string {
  const [prefix, digest, ...more] = secretHash.split(':')
  if (prefix === 'sha256' && isSha256(digest ?? '') && more.length === 0) return secretHash
  throw new InputError('client-secret-hash', {
    received: 'something else',
    expected: 'sha256: and 43 characters of base64url',
    where,
  })
}

/** Whether the secret is the one that was hashed, in constant time. */
export function isClientSecret(secretHash: string, secret: string): boolean {
  if (secret.length > DIRECTORY_LIMITS.secretMaxBytes) return false
  const stored = Buffer.from(secretHash.slice('sha256:'.length), 'base64url')
  const given = digest(secret)
  return stored.length === given.length && timingSafeEqual(stored, given)
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
