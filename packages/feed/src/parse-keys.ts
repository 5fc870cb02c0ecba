/** Keys on the feed: RFC 7517 for public ones, RFC 7516 for HS256. Which key belongs to which algorithm is settled here. */
import type { KeyState, KeysMessage, WrappedFeedKey } from '@latchkey/protocol'
import { asList, asMatch, asObject, type JsonObject } from './shape.ts'

/** A service has one active key, perhaps a pending one, and those that retire. */
const MOST_KEYS = 64
const KID = /^[A-Za-z0-9._-]{1,64}$/
/** A compact JWE around 32 bytes, whose encrypted key is empty (RFC 7518 section 4.5). */
const JWE = /^[\w-]{1,256}\.\.[\w-]{16}\.[\w-]{43}\.[\w-]{22}$/
const KTY: Readonly<Record<string, string>> = { RS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' }
const STATES: readonly unknown[] = ['pending', 'active', 'retiring'] satisfies KeyState[]

export function parseKeys(from: JsonObject): KeysMessage | undefined {
  const keys = asList(from['keys'], MOST_KEYS, parseKey)
  if (!keys) return undefined
  const distinct = new Set(keys.map(({ kid }) => kid)).size === keys.length
  return distinct ? { t: 'keys', keys } : undefined
}

function parseKey(value: unknown): WrappedFeedKey | undefined {
  const from = asObject(value)
  const kid = asMatch(from?.['kid'], KID)
  if (!from || kid === undefined || !STATES.includes(from['state'])) return undefined
  const state = from['state'] as KeyState
  return from['alg'] === 'HS256' ? secretKey(from, kid, state) : publicKey(from, kid, state)
}

function secretKey(from: JsonObject, kid: string, state: KeyState): WrappedFeedKey | undefined {
  const jwe = asMatch(from['jwe'], JWE)
  if (jwe === undefined || from['jwk'] !== undefined) return undefined
  return { kid, alg: 'HS256', state, jwe }
}

function publicKey(from: JsonObject, kid: string, state: KeyState): WrappedFeedKey | undefined {
  const { alg } = from
  const jwk = asObject(from['jwk'])
  if (alg !== 'RS256' && alg !== 'ES256' && alg !== 'EdDSA') return undefined
  if (!jwk || from['jwe'] !== undefined || jwk['kty'] !== KTY[alg]) return undefined
  // A private key has no business here (RFC 7517 section 9.2), nor has a symmetric one.
  if ('d' in jwk || 'k' in jwk) return undefined
  return { kid, alg, state, jwk }
}
