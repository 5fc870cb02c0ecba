import { createSecretKey } from 'node:crypto'
import { type FeedKey, InputError } from '@latchkey/protocol'
import { decodeBase64url } from './base64url.ts'
import { checkKeyRecord } from './check-key-record.ts'
import { importPublicJwk } from './import-jwk.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * The key that came over the feed, bound to the issuer and the service that it came for.
 * @throws InputError `feed-key`, `key-kid`, `hmac-key-short`, and what `importPublicJwk` throws
 */
export function keyRecordOf(
  feedKey: FeedKey,
  binding: { readonly issuer: string; readonly audience: string },
): KeyRecord {
  const { kid, alg, state } = feedKey
  const key = alg === 'HS256' ? secretOf(feedKey) : importPublicJwk(feedKey.jwk ?? {}, alg)
  const record: KeyRecord = { kid, alg, ...binding, state, key }
  checkKeyRecord(record)
  return record
}

function secretOf({ kid, k }: FeedKey) {
  const secret = k === undefined ? undefined : decodeBase64url(k)
  if (secret) return createSecretKey(secret)
  throw new InputError('feed-key', {
    where: `key ${kid}`,
    received: 'no secret in base64url',
    expected: 'the secret of an HS256 key',
  })
}
