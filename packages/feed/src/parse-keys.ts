/** Keys on the feed: RFC 7517 for public ones, raw bytes for HS256. Which key belongs to which algorithm is settled here. */
import type { FeedKey, KeyState, KeysMessage } from '@latchkey/protocol'
import { asList, asMatch, asObject, type JsonObject } from './shape.ts'

/** A service has one active key, perhaps a pending one, and those that retire. */
const MOST_KEYS = 64
const KID = /^[A-Za-z0-9._-]{1,64}$/
/** 32 bytes (RFC 7518 section 3.2) as canonical base64url: the last character holds four bits. */
const HS256_KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const KTY: Readonly<Record<string, string>> = { RS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' }
const STATES: readonly unknown[] = ['pending', 'active', 'retiring'] satisfies KeyState[]

export function parseKeys(from: JsonObject): KeysMessage | undefined {
  const keys = asList(from['keys'], MOST_KEYS, parseKey)
  if (!keys) return undefined
  const distinct = new Set(keys.map(({ kid }) => kid)).size === keys.length
  return distinct ? { t: 'keys', keys } : undefined
}

function parseKey(value: unknown): FeedKey | undefined {
  const from = asObject(value)
  const kid = asMatch(from?.['kid'], KID)
  if (!from || kid === undefined || !STATES.includes(from['state'])) return undefined
  const state = from['state'] as KeyState
  return from['alg'] === 'HS256' ? secretKey(from, kid, state) : publicKey(from, kid, state)
}

function secretKey(from: JsonObject, kid: string, state: KeyState): FeedKey | undefined {
  const k = asMatch(from['k'], HS256_KEY)
  if (k === undefined || from['jwk'] !== undefined) return undefined
  return { kid, alg: 'HS256', state, k }
}

function publicKey(from: JsonObject, kid: string, state: KeyState): FeedKey | undefined {
  const { alg } = from
  const jwk = asObject(from['jwk'])
  if (alg !== 'RS256' && alg !== 'ES256' && alg !== 'EdDSA') return undefined
  if (!jwk || from['k'] !== undefined || jwk['kty'] !== KTY[alg]) return undefined
  // A private key has no business here (RFC 7517 section 9.2), nor has a symmetric one.
  if ('d' in jwk || 'k' in jwk) return undefined
  return { kid, alg, state, jwk }
}
