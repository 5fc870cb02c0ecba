import type { KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { checkRsaKey } from './check-rsa-key.ts'
import { preparePads } from './hmac.ts'
import type { Alg, KeyRecord } from './key-record.ts'

const KID = /^[A-Za-z0-9._-]{1,64}$/

/** What kind of key an algorithm needs: RFC 7518 sections 3.2 to 3.5, RFC 8037 section 3.1. */
const KINDS: Record<Alg, { readonly expected: string; fits(key: KeyObject): boolean }> = {
  HS256: { expected: 'a secret', fits: (key) => key.type === 'secret' },
  RS256: { expected: 'an RSA key', fits: (key) => key.asymmetricKeyType === 'rsa' },
  PS256: { expected: 'an RSA key', fits: (key) => key.asymmetricKeyType === 'rsa' },
  ES256: {
    expected: 'an EC key on P-256',
    fits: (key) =>
      key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
  },
  EdDSA: { expected: 'an Ed25519 key', fits: (key) => key.asymmetricKeyType === 'ed25519' },
}

/**
 * Refuses a record whose key must not be used, when it is loaded and not when the first token comes.
 * @throws InputError `key-kid`, `key-kind`, `hmac-key-short`, `rsa-key-weak`
 */
export function checkKeyRecord(record: KeyRecord): void {
  const { kid, alg, key } = record
  if (!KID.test(kid)) {
    throw new InputError('key-kid', {
      received: JSON.stringify(kid.slice(0, 80)),
      expected: 'a kid of 1 to 64 letters, digits, dots, hyphens and underscores',
    })
  }
  checkKeyKind(key, alg, `key ${kid}`)
  if (key.type === 'private') {
    throw new InputError('key-kind', {
      where: `key ${kid}`,
      received: 'a private key',
      expected: 'the public key to verify with',
    })
  }
}

/** Looking at an RSA key costs tens of microseconds, so each key is looked at once. */
const checkedAs = new WeakMap<KeyObject, Alg>()

/** @throws InputError `key-kind`, `hmac-key-short`, `rsa-key-weak` */
export function checkKeyKind(key: KeyObject, alg: Alg, where: string): void {
  if (checkedAs.get(key) === alg) return
  if (!KINDS[alg].fits(key)) {
    throw new InputError('key-kind', {
      where,
      received: key.asymmetricKeyType ?? `a ${key.type} key`,
      expected: `${KINDS[alg].expected} for ${alg}`,
    })
  }
  if (alg === 'HS256') preparePads(key)
  if (alg === 'RS256' || alg === 'PS256') checkRsaKey(key, where)
  checkedAs.set(key, alg)
}
