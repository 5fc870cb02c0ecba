import { InputError } from '@latchkey/protocol'
import type { StoredKey } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { checkOneOf } from './one-of.ts'
import { privateMember } from './public-jwk.ts'
import { quoted } from './text.ts'
import { checkWholeNumber } from './whole-number.ts'

const KID = /^[A-Za-z0-9._-]{1,64}$/
const ALGS: readonly StoredKey['alg'][] = ['RS256', 'PS256', 'ES256', 'EdDSA']
const STATES: readonly StoredKey['state'][] = ['pending', 'active', 'retiring', 'retired']
/** A private key in the public column would be published with the JWKS. Throws InputError. */
export function checkStoredKey(key: StoredKey): void {
  if (!KID.test(key.kid)) refuse('kid', quoted(key.kid), '1 to 64 of A-Z a-z 0-9 . _ -')
  checkOneOf(ALGS, key.alg, 'alg')
  checkOneOf(STATES, key.state, 'state')
  const secret = privateMember(key.publicJwk)
  if (secret !== undefined) refuse('publicJwk', `the member ${secret}`, 'a public key')
  atMostChars('publicJwk', JSON.stringify(key.publicJwk), DIRECTORY_LIMITS.publicKeyChars)
  atMostChars('wrappedPrivateKey', key.wrappedPrivateKey, DIRECTORY_LIMITS.wrappedKeyChars)
  checkWholeNumber(key.since, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'since' })
  checkWholeNumber(key.createdAt, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'createdAt' })
}

function atMostChars(where: string, text: string, limit: number): void {
  if (text.length > limit) refuse(where, `${text.length} characters`, `at most ${limit}`)
}

function refuse(where: string, received: string, expected: string): never {
  throw new InputError('stored-key', { received, expected, where })
}
