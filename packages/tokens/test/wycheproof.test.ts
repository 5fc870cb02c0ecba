import { createSecretKey, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { hmacSha256 } from '../src/hmac.ts'
import {
  type Alg,
  importJwkSet,
  importPublicJwk,
  importSecretJwk,
  type Jwk,
  type KeyRecord,
  verifyJws,
} from '../src/index.ts'

/** Project Wycheproof, https://github.com/C2SP/wycheproof, Apache-2.0: fixtures/wycheproof/LICENSE. Case A25. */

interface Vector {
  tcId: number
  comment: string
  result: 'valid' | 'invalid'
}
interface Group<V> {
  comment: string
  keySize: number
  tagSize: number
  public?: Jwk
  private: Jwk
  tests: (Vector & V)[]
}

function groupsOf<V>(file: string): Group<V>[] {
  const url = new URL(`fixtures/wycheproof/${file}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')).testGroups
}

const hex = (text: string) => Buffer.from(text, 'hex')
const binding = { issuer: 'https://sso.example.com', audience: undefined }

t.test('JSON Web Signature: 401 vectors', async (t) => {
  /** Algorithms that this package refuses as a whole, with the vectors that would be valid elsewhere. */
  const otherAlgs: Record<string, number> = {
    RS384: 4,
    RS512: 4,
    PS384: 4,
    PS512: 4,
    ES521: 2,
  }
  /**
   * 372 and 373 carry a question mark inside header and payload and are marked valid; RFC 7515 section 5.2 asks for
   * base64url without foreign characters. 367 and 370 are marked invalid, but their text is that of 357, which is
   * marked valid: what the vectors meant to change was lost when the file was made.
   */
  const stricter = [372, 373]
  const sameAs357 = [367, 370]
  /** Signed with PS384, as the headers say, by keys that are for PS256: RFC 7517 section 4.4. */
  const otherThanTheKey = [346, 350]

  const refusedAlgs: Record<string, number> = {}
  let checked = 0
  for (const group of groupsOf<{ jws: string }>('json_web_signature_test.json')) {
    const jwk = group.public ?? group.private
    // Keys for encryption name no algorithm; what they must not do is told by `use` and `key_ops`.
    const alg = (jwk['alg'] ?? (jwk['kty'] === 'RSA' ? 'RS256' : 'ES256')) as string
    const record = importForVerifying(jwk, alg)
    for (const { tcId, comment, result, jws } of group.tests) {
      checked++
      const accepted = record !== undefined && verifyJws(jws, record).kind === 'valid'
      if (alg in otherAlgs) {
        if (result === 'valid') refusedAlgs[alg] = (refusedAlgs[alg] ?? 0) + 1
        t.notOk(accepted, `${tcId} ${comment}: ${alg} is not ours`)
      } else if (stricter.includes(tcId)) {
        t.notOk(accepted, `${tcId} ${comment}: stricter than the vector`)
      } else if (otherThanTheKey.includes(tcId)) {
        t.match(decodeJwtHeader(jws), { alg: 'PS384' })
        t.notOk(accepted, `${tcId} ${comment}: not the algorithm of the key`)
      } else if (sameAs357.includes(tcId)) {
        t.equal(jws, group.tests.find((other) => other.tcId === 357)?.jws)
        t.ok(accepted, `${tcId} ${comment}: the text of a valid vector`)
      } else {
        t.equal(accepted, result === 'valid', `${tcId} ${group.comment} ${comment}`)
      }
    }
  }
  t.equal(checked, 401)
  t.strictSame(refusedAlgs, otherAlgs)
})

function decodeJwtHeader(jws: string): unknown {
  return JSON.parse(Buffer.from(String(jws.split('.')[0]), 'base64url').toString())
}

/** Undefined when the key is refused, and then none of its signatures is ever looked at. */
function importForVerifying(jwk: Jwk, alg: string): KeyRecord | undefined {
  const kid = String(jwk['kid'])
  try {
    const key =
      jwk['kty'] === 'oct'
        ? importSecretJwk(jwk, alg as 'HS256')
        : importPublicJwk(jwk, alg as 'RS256' | 'PS256' | 'ES256')
    return { kid, alg: alg as Alg, ...binding, state: 'active', key }
  } catch {
    return undefined
  }
}

t.test('JSON Web Key: 26 vectors', async (t) => {
  /** Why each set is refused, so that none is refused by accident. */
  const codes: Record<number, string> = {
    1: 'jwks-mixed',
    // Two keys of one kid; the second is not even canonical base64url, which is seen first.
    4: 'jwk-member',
    6: 'jwk-alg',
    7: 'rsa-key-weak',
    8: 'rsa-key-weak',
    9: 'rsa-key-weak',
    10: 'hmac-key-short',
    11: 'jwk-alg',
    12: 'jwk-alg',
    16: 'jwk-member',
    17: 'jwk-alg',
    18: 'jwk-alg',
    19: 'jwk-alg',
    20: 'jwk-alg',
    21: 'jwk-use',
    22: 'jwk-unusable',
    23: 'jwk-crv',
    24: 'jwk-kty',
    25: 'jwk-alg',
    26: 'jwk-alg',
  }
  /** HS384 and HS512 are not ours. */
  const otherAlgs = [14, 15]
  let checked = 0
  for (const group of groupsOf<{ jws: string }>('json_web_key_test.json')) {
    for (const { tcId, comment, result, jws } of group.tests) {
      checked++
      const name = `${tcId} ${group.comment} ${comment}`
      const set = group.public ?? group.private
      const code = otherAlgs.includes(tcId) ? 'jwk-alg' : codes[tcId]
      if (code !== undefined) {
        t.ok(result === 'invalid' || otherAlgs.includes(tcId))
        t.throws(() => importJwkSet(set, binding), { name: 'InputError', code }, name)
        continue
      }
      const { kid } = decodeJwtHeader(jws) as { kid: string }
      const record = importJwkSet(set, binding).get(kid)
      t.equal(record && verifyJws(jws, record).kind, result, name)
    }
  }
  t.equal(checked, 26)
})

t.test('HKDF-SHA-256, the one that keys are derived with: 86 vectors', async (t) => {
  let checked = 0
  type Hkdf = { ikm: string; salt: string; info: string; size: number; okm: string }
  for (const group of groupsOf<Hkdf>('hkdf_sha256_test.json')) {
    for (const { tcId, result, ikm, salt, info, size, okm } of group.tests) {
      checked++
      const derive = () => hkdfSync('sha256', hex(ikm), hex(salt), hex(info), size)
      if (result === 'invalid') t.throws(derive, { code: 'ERR_CRYPTO_INVALID_KEYLEN' }, `${tcId}`)
      else t.equal(Buffer.from(derive()).toString('hex'), okm, `${tcId}`)
    }
  }
  t.equal(checked, 86)
})

t.test('HMAC-SHA-256, the one that tokens are checked with: 174 vectors', async (t) => {
  let checked = 0
  let tooShort = 0
  type Hmac = { key: string; msg: string; tag: string }
  for (const group of groupsOf<Hmac>('hmac_sha256_test.json')) {
    for (const { tcId, result, key, msg, tag } of group.tests) {
      checked++
      const mac = () =>
        Buffer.from(hmacSha256(createSecretKey(hex(key)), hex(msg).toString('latin1')), 'base64url')
      if (group.keySize < 256) {
        tooShort++
        t.throws(mac, { code: 'hmac-key-short' }, `${tcId}: a key of ${group.keySize} bits`)
        continue
      }
      const text = mac()
        .subarray(0, group.tagSize / 8)
        .toString('hex')
      t.equal(text === tag, result === 'valid', `${tcId}`)
    }
  }
  t.equal(checked, 174)
  t.equal(tooShort, 6)
})
