import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import t from 'tap'
import {
  ASYMMETRIC_ALGS,
  type AsymmetricAlg,
  exportPrivateJwk,
  generateSigningKey,
  importJwkSet,
  importPrivateJwk,
  importPublicJwk,
  importSecretJwk,
  type Jwk,
  publicJwks,
  signJwt,
} from '../src/index.ts'
import { AUDIENCE, ISSUER, KID, NOW, RECORD } from './fixtures/forge.ts'
import { ec, ecRecord, ed, edRecord, recordOf, rsa, rsaRecord } from './fixtures/key-pairs.ts'

/** Keys as JWK: RFC 7517, RFC 7518 section 6, RFC 8037 section 2. jose is the independent judge. */

const ALGS = ASYMMETRIC_ALGS
const binding = { issuer: ISSUER, audience: AUDIENCE }

t.test('key pairs are made for each algorithm, sign, and live through JWK', async (t) => {
  for (const alg of ALGS) {
    const record = await generateSigningKey(alg, { kid: `${alg}.1`, issuer: ISSUER })
    t.match(record, { kid: `${alg}.1`, alg, issuer: ISSUER, audience: undefined, state: 'active' })
    const stored = exportPrivateJwk(record)
    t.match(stored, { kid: `${alg}.1`, use: 'sig', alg, d: String })
    const key = importPrivateJwk(stored, alg)
    t.ok(key.equals(record.signingKey))
    const token = signJwt({ ...record, signingKey: key }, 'JWT', { iss: ISSUER })
    const jwks = publicJwks([record]) as { keys: JWK[] }
    const judged = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: ISSUER })
    t.strictSame(judged.protectedHeader, { alg, typ: 'JWT', kid: `${alg}.1` }, 'jose agrees')
    t.throws(() => importPublicJwk(stored, alg), { code: 'jwk-secret' })
  }
  const rsaKey = await generateSigningKey('RS256', {
    kid: 'r',
    issuer: ISSUER,
    audience: AUDIENCE,
    state: 'pending',
  })
  t.match(rsaKey, { audience: AUDIENCE, state: 'pending' })
  t.equal(rsaKey.key.asymmetricKeyDetails?.modulusLength, 2048)
  await t.rejects(generateSigningKey('EdDSA', { kid: 'a b', issuer: ISSUER }), { code: 'key-kid' })
})

t.test('the public key set has public members only, and no shared secret', async (t) => {
  const records = [RECORD, rsaRecord, { ...ecRecord, kid: 'ec' }, { ...edRecord, kid: 'ed' }]
  const { keys } = publicJwks(records)
  t.strictSame(
    keys.map((jwk) => Object.keys(jwk)),
    [
      ['kty', 'kid', 'use', 'alg', 'n', 'e'],
      ['kty', 'kid', 'use', 'alg', 'crv', 'x', 'y'],
      ['kty', 'kid', 'use', 'alg', 'crv', 'x'],
    ],
  )
  t.notMatch(JSON.stringify(keys), RECORD.key.export().toString('base64url'))
  const signing = [
    recordOf('RS256', rsa.privateKey),
    { ...ecRecord, kid: 'ec', key: ec.privateKey },
  ]
  t.strictSame(
    publicJwks(signing).keys,
    keys.slice(0, 2),
    'not even of a record with the wrong key',
  )
  t.throws(() => publicJwks([rsaRecord, ecRecord]), { code: 'key-kid-twice' })
  t.strictSame(publicJwks([RECORD]), { keys: [] })
})

t.test('keys that jose makes are taken', async (t) => {
  for (const alg of ALGS) {
    const pair = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
    const publicJwk = (await exportJWK(pair.publicKey)) as Jwk
    t.strictSame({ ...importPublicJwk(publicJwk, alg).export({ format: 'jwk' }) }, publicJwk)
    t.equal(importPrivateJwk((await exportJWK(pair.privateKey)) as Jwk, alg).type, 'private')
  }
})

const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }) } as Jwk
const ecJwk = { ...ec.publicKey.export({ format: 'jwk' }) } as Jwk
const edJwk = { ...ed.publicKey.export({ format: 'jwk' }) } as Jwk
const octJwk = { kty: 'oct', k: RECORD.key.export().toString('base64url') }

/** A modulus of so many bytes that begins like this: importing does not look for its factors. */
const modulusOf = (bytes: number, first: number): Jwk => {
  const n = Buffer.alloc(bytes, 0xab)
  n[0] = first
  return { ...rsaJwk, n: n.toString('base64url') }
}

t.test('a JWK that does not fit in every respect is refused', async (t) => {
  const refused: [string, string, Jwk, AsymmetricAlg][] = [
    ['kty of another algorithm', 'jwk-kty', rsaJwk, 'ES256'],
    ['kty missing', 'jwk-kty', { ...rsaJwk, kty: undefined }, 'RS256'],
    ['kty in another case', 'jwk-kty', { ...rsaJwk, kty: 'rsa' }, 'RS256'],
    ['another curve', 'jwk-crv', { ...ecJwk, crv: 'P-384' }, 'ES256'],
    ['another curve of the family', 'jwk-crv', { ...edJwk, crv: 'X25519' }, 'EdDSA'],
    ['a curve on an RSA key', 'jwk-crv', { ...rsaJwk, crv: 'P-256' }, 'RS256'],
    ['another alg', 'jwk-alg', { ...rsaJwk, alg: 'PS256' }, 'RS256'],
    ['the other padding', 'jwk-alg', { ...rsaJwk, alg: 'RS256' }, 'PS256'],
    ['a name of another kind', 'jwk-alg', { ...ecJwk, alg: 'Ed25519' }, 'ES256'],
    ['alg null', 'jwk-alg', { ...rsaJwk, alg: null }, 'RS256'],
    ['for encryption', 'jwk-use', { ...rsaJwk, use: 'enc' }, 'RS256'],
    ['use in a list', 'jwk-use', { ...rsaJwk, use: ['sig'] }, 'RS256'],
    ['other operations', 'jwk-key-ops', { ...rsaJwk, key_ops: ['encrypt'] }, 'RS256'],
    ['signing only', 'jwk-key-ops', { ...rsaJwk, key_ops: ['sign'] }, 'RS256'],
    ['operations as a text', 'jwk-key-ops', { ...rsaJwk, key_ops: 'verify' }, 'RS256'],
    ['a private member', 'jwk-secret', { ...rsaJwk, d: 'AQAB' }, 'RS256'],
    ['a private member, even undefined', 'jwk-secret', { ...ecJwk, d: undefined }, 'ES256'],
    ['more than two primes', 'jwk-secret', { ...rsaJwk, oth: [] }, 'RS256'],
    ['a secret beside', 'jwk-secret', { ...edJwk, k: 'AA' }, 'EdDSA'],
    ['no modulus', 'jwk-member', { ...rsaJwk, n: undefined }, 'RS256'],
    ['an empty modulus', 'jwk-member', { ...rsaJwk, n: '' }, 'RS256'],
    ['a modulus with padding', 'jwk-member', { ...rsaJwk, n: `${rsaJwk['n']}=` }, 'RS256'],
    ['a modulus that is no text', 'jwk-member', { ...rsaJwk, n: 3233 }, 'RS256'],
    ['no y', 'jwk-member', { ...ecJwk, y: undefined }, 'ES256'],
    ['a point off the curve', 'jwk-unusable', { ...ecJwk, y: ecJwk['x'] }, 'ES256'],
    ['a short coordinate', 'jwk-unusable', { ...ecJwk, x: 'AA' }, 'ES256'],
    ['a short Ed25519 key', 'jwk-unusable', { ...edJwk, x: 'AAAA' }, 'EdDSA'],
    ['exponent 3', 'rsa-key-weak', { ...rsaJwk, e: 'Aw' }, 'RS256'],
    ['an even exponent', 'rsa-key-weak', { ...rsaJwk, e: 'AQAC' }, 'RS256'],
    ['2047 bits', 'rsa-key-weak', modulusOf(256, 0x7f), 'RS256'],
    ['2047 bits for the newer padding', 'rsa-key-weak', modulusOf(256, 0x7f), 'PS256'],
    ['8193 bits', 'rsa-key-weak', modulusOf(1025, 0x01), 'RS256'],
  ]
  for (const [rule, code, jwk, alg] of refused) {
    t.throws(() => importPublicJwk(jwk, alg), { name: 'InputError', code }, rule)
  }
  const fit: [Jwk, AsymmetricAlg][] = [
    [{ ...rsaJwk, alg: 'RS256', use: 'sig', key_ops: ['verify'], x5t: 'other members' }, 'RS256'],
    [{ ...ecJwk, key_ops: ['verify', 'sign'] }, 'ES256'],
    [edJwk, 'EdDSA'],
    [{ ...edJwk, alg: 'Ed25519' }, 'EdDSA'],
    [{ ...rsaJwk, alg: 'PS256' }, 'PS256'],
    [modulusOf(1024, 0xab), 'RS256'],
  ]
  for (const [jwk, alg] of fit) t.equal(importPublicJwk(jwk, alg).type, 'public')
})

t.test('an error about a key never quotes the key', async (t) => {
  const { d, ...rest } = { ...ec.privateKey.export({ format: 'jwk' }) } as Jwk
  const secrets: [() => unknown, unknown][] = [
    [() => importPrivateJwk({ ...rest, d, y: rest['x'] }, 'ES256'), d],
    [() => importPrivateJwk({ ...rest, d: `${d}=` }, 'ES256'), d],
    [() => importPublicJwk({ ...rest, d }, 'ES256'), d],
    [() => importSecretJwk({ ...octJwk, k: `${octJwk.k}=` }, 'HS256'), octJwk.k],
    [() => importJwkSet({ keys: [{ ...octJwk, kid: KID, alg: 'HS512' }] }, binding), octJwk.k],
  ]
  for (const [importKey, secret] of secrets) {
    try {
      importKey()
      t.fail('it was accepted')
    } catch (error) {
      const { message, stack, cause } = error as Error
      t.notOk(`${message}${stack}${String(cause)}`.includes(String(secret)), message)
    }
  }
})

t.test('a key set becomes a key map', async (t) => {
  const named = (jwk: Jwk, alg: string, kid: string) => ({ ...jwk, alg, kid })
  const pairs = [
    named(rsaJwk, 'RS256', 'r'),
    named(ecJwk, 'ES256', 'e'),
    named(edJwk, 'EdDSA', 'd'),
  ]
  const keys = importJwkSet(
    { keys: pairs, other: 'members' },
    { issuer: ISSUER, audience: undefined },
  )
  t.strictSame([...keys.keys()], ['r', 'e', 'd'])
  t.match(keys.get('e'), { alg: 'ES256', issuer: ISSUER, audience: undefined, state: 'active' })
  t.equal(importJwkSet({ keys: [named(octJwk, 'HS256', KID)] }, binding).size, 1)
  t.equal(importJwkSet({ keys: [] }, binding).size, 0)
  const many = Array.from({ length: 64 }, (_, i) => named(ecJwk, 'ES256', `e${i}`))
  t.equal(importJwkSet({ keys: many }, binding).size, 64)

  const refused: [string, string, unknown][] = [
    ['no object', 'jwks-form', undefined],
    ['a list', 'jwks-form', pairs],
    ['keys is no list', 'jwks-form', { keys: {} }],
    ['a key is no object', 'jwks-form', { keys: ['r'] }],
    ['a key is null', 'jwks-form', { keys: [null] }],
    ['65 keys', 'jwks-form', { keys: Array(65).fill(pairs[1]) }],
    ['secrets beside public keys', 'jwks-mixed', { keys: [...pairs, named(octJwk, 'HS256', KID)] }],
    ['no kid', 'jwk-kid', { keys: [{ ...rsaJwk, alg: 'RS256' }] }],
    ['no alg', 'jwk-alg', { keys: [{ ...rsaJwk, kid: 'r' }] }],
    ['one kid twice', 'key-kid-twice', { keys: [pairs[0], { ...pairs[1], kid: 'r' }] }],
    ['a kid that is none', 'key-kid', { keys: [{ ...pairs[0], kid: 'a b' }] }],
    [
      'one bad key among good ones',
      'jwk-use',
      { keys: [...pairs, { ...pairs[0], kid: 'x', use: 'enc' }] },
    ],
  ]
  for (const [rule, code, set] of refused) {
    t.throws(() => importJwkSet(set, binding), { name: 'InputError', code }, rule)
  }
})

t.test('jose takes a token of a shared key too', async (t) => {
  const token = signJwt(RECORD, 'JWT', { iss: ISSUER, exp: NOW + 60 })
  const { payload } = await jwtVerify(token, RECORD.key, { currentDate: new Date(NOW * 1000) })
  t.strictSame(payload, { iss: ISSUER, exp: NOW + 60 })
})
