import { createHash, generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import t from 'tap'
import {
  type AsymmetricAlg,
  accessTokenHash,
  type ClientSigningKey,
  clientSigningKey,
  createDpopProof,
  DPOP_ALGS,
  DPOP_WINDOW,
  type DpopExpectation,
  type DpopFault,
  type Jwk,
  jwkThumbprint,
  verifyDpopProof,
} from '../src/index.ts'
import { signWithHeader } from '../src/sign-jwt.ts'
import { NOW, RECORD } from './fixtures/forge.ts'
import { ec, ed, rsa } from './fixtures/key-pairs.ts'

/** Proofs of possession: RFC 9449 sections 4.2 and 4.3. Attack D18. jose is the independent judge. */

const URI = 'https://orders.example.com/orders/7'
const TOKEN = 'an.access.token'
const key = clientSigningKey(ec.privateKey)
const stranger = clientSigningKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const expected: DpopExpectation = { method: 'GET', uri: URI, nowSeconds: NOW }
const facts = { method: 'GET', uri: URI, nowSeconds: NOW }

const CLAIMS = { jti: 'one', htm: 'GET', htu: URI, iat: NOW }
const HEADER = { typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk }

/** A proof that is right but for some claims, some header members, or its key. */
function proofWith(claims: object, header: object = {}, signer: ClientSigningKey = key): string {
  return signWithHeader(signer, { ...HEADER, ...header }, { ...CLAIMS, ...claims })
}

function faultOf(proof: string, more: Partial<DpopExpectation> = {}): DpopFault | 'none' {
  const outcome = verifyDpopProof(proof, { ...expected, ...more })
  return outcome.kind === 'valid' ? 'none' : outcome.fault
}

t.test('section 4.2: a proof that we make is one that we take, with every algorithm', async (t) => {
  const pairs: [AsymmetricAlg, ClientSigningKey][] = [
    ['ES256', key],
    ['EdDSA', clientSigningKey(ed.privateKey)],
    ['PS256', clientSigningKey(rsa.privateKey)],
  ]
  for (const [alg, signer] of pairs) {
    t.equal(signer.alg, alg, 'the usual algorithm of its kind')
    const proof = createDpopProof(signer, { ...facts, accessToken: TOKEN, nonce: 'n' })
    const outcome = verifyDpopProof(proof, { ...expected, accessToken: TOKEN })
    t.match(outcome, { kind: /^valid$/, jkt: signer.jkt, nonce: 'n', expiresAt: NOW + 61 }, alg)
    t.equal(outcome.kind === 'valid' && outcome.jti.length, 22)
    t.equal(signer.jkt, await calculateJwkThumbprint(signer.publicJwk as JWK, 'sha256'), 'RFC 7638')
  }
  const twice = [createDpopProof(key, facts), createDpopProof(key, facts)]
  t.not(twice[0], twice[1], 'each has a jti of its own')
  const [header, payload] = (twice[0] as string)
    .split('.')
    .slice(0, 2)
    .map((part) => decode(part))
  t.strictSame(Object.keys(header as object), ['typ', 'alg', 'jwk'])
  t.strictSame(Object.keys(payload as object), ['jti', 'htm', 'htu', 'iat'], 'no ath, no nonce')
  t.throws(() => createDpopProof(key, { ...facts, uri: '/orders' }), { code: 'dpop-uri' })
})

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

t.test(
  'section 4.3: proofs of another library are taken, with each name that is advertised',
  async (t) => {
    for (const alg of DPOP_ALGS) {
      const pair = await generateKeyPair(alg, { extractable: true })
      const jwk = await exportJWK(pair.publicKey)
      const proof = await new SignJWT({ ...CLAIMS, ath: accessTokenHash(TOKEN) })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: { ...jwk, alg, use: 'sig' }, kid: 'mine' })
        .sign(pair.privateKey)
      const outcome = verifyDpopProof(proof, { ...expected, accessToken: TOKEN })
      t.match(outcome, { kind: /^valid$/, jkt: await calculateJwkThumbprint(jwk, 'sha256') }, alg)
    }
  },
)

t.test('D18 section 4.3: every fault of a proof is found', async (t) => {
  const rsaKey = clientSigningKey(rsa.privateKey, { alg: 'RS256' })
  const privateJwk = ec.privateKey.export({ format: 'jwk' })
  const other = clientSigningKey(ed.privateKey)
  const good = proofWith({})
  const hmac = signWithHeader(RECORD, { ...HEADER, alg: 'HS256' }, CLAIMS)
  const rows: [rule: string, fault: DpopFault, proof: string, more?: Partial<DpopExpectation>][] = [
    ['nothing', 'malformed', ''],
    ['two proofs in one header', 'malformed', `${good}, ${good}`],
    ['text behind it', 'not_canonical', `${good}=`],
    ['too long', 'too_long', 'a'.repeat(8193)],
    ['header is no JSON', 'bad_header', `e30x.${good.slice(good.indexOf('.') + 1)}`],
    ['a critical member', 'bad_header', proofWith({}, { crit: ['b64'], b64: true })],
    ['no typ', 'wrong_typ', proofWith({}, { typ: undefined })],
    ['typ of an access token', 'wrong_typ', proofWith({}, { typ: 'at+jwt' })],
    ['typ JWT', 'wrong_typ', proofWith({}, { typ: 'JWT' })],
    ['typ in capitals', 'wrong_typ', proofWith({}, { typ: 'DPOP+JWT' })],
    ['typ no text', 'wrong_typ', proofWith({}, { typ: ['dpop+jwt'] })],
    ['alg none', 'wrong_alg', proofWith({}, { alg: 'none' })],
    ['HS256', 'wrong_alg', hmac],
    ['RS256', 'wrong_alg', proofWith({}, { alg: 'RS256', jwk: rsaKey.publicJwk }, rsaKey)],
    ['no jwk', 'bad_header', proofWith({}, { jwk: undefined })],
    ['jwk no object', 'bad_header', proofWith({}, { jwk: 'ES256' })],
    ['private key in jwk', 'bad_header', proofWith({}, { jwk: privateJwk })],
    ['shared key in jwk', 'bad_header', proofWith({}, { jwk: { kty: 'oct', k: 'AAAA' } })],
    ['key of another algorithm', 'bad_header', proofWith({}, { jwk: other.publicJwk })],
    ['point off the curve', 'bad_header', proofWith({}, { jwk: { ...key.publicJwk, x: 'AAAA' } })],
    ['signed by another key', 'bad_signature', proofWith({}, {}, stranger)],
    ['claims changed', 'bad_signature', swapClaims(good, { ...CLAIMS, htm: 'POST' })],
    ['no jti', 'bad_claim', proofWith({ jti: undefined })],
    ['jti empty', 'bad_claim', proofWith({ jti: '' })],
    ['jti a number', 'bad_claim', proofWith({ jti: 1 })],
    ['jti of 257 characters', 'bad_claim', proofWith({ jti: 'x'.repeat(257) })],
    ['nonce a number', 'bad_claim', proofWith({ nonce: 1 })],
    ['nonce empty', 'bad_claim', proofWith({ nonce: '' })],
    ['no htm', 'wrong_htm', proofWith({ htm: undefined })],
    ['another method', 'wrong_htm', proofWith({ htm: 'POST' })],
    ['method in small letters', 'wrong_htm', proofWith({ htm: 'get' })],
    ['no htu', 'wrong_htu', proofWith({ htu: undefined })],
    ['htu in a list', 'wrong_htu', proofWith({ htu: [URI] })],
    ['no iat', 'bad_claim', proofWith({ iat: undefined })],
    ['iat as text', 'bad_claim', proofWith({ iat: `${NOW}` })],
    ['iat a fraction', 'bad_claim', proofWith({ iat: NOW + 0.5 })],
    ['11 s ahead', 'not_yet_valid', proofWith({ iat: NOW + 11 })],
    ['61 s old', 'expired', proofWith({ iat: NOW - 61 })],
    ['broken clock', 'expired', good, { nowSeconds: Number.NaN }],
    ['no ath', 'wrong_ath', good, { accessToken: TOKEN }],
    ['ath of another token', 'wrong_ath', athOf('another'), { accessToken: TOKEN }],
    ['ath as hexadecimal', 'wrong_ath', proofWith({ ath: hexHash(TOKEN) }), { accessToken: TOKEN }],
  ]
  for (const [rule, fault, proof, more] of rows) t.equal(faultOf(proof, more), fault, rule)
})

const athOf = (token: string) => proofWith({ ath: accessTokenHash(token) })
const hexHash = (text: string) => createHash('sha256').update(text).digest('hex')
function swapClaims(proof: string, claims: object): string {
  const [header, , signature] = proof.split('.')
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
}

t.test('the last proof that passes, at each edge', async (t) => {
  const rows: [string, string, Partial<DpopExpectation>?][] = [
    ['10 s ahead', proofWith({ iat: NOW + DPOP_WINDOW.aheadSeconds })],
    ['60 s old', proofWith({ iat: NOW - DPOP_WINDOW.maxAgeSeconds })],
    ['jti of 256 characters', proofWith({ jti: 'x'.repeat(256) })],
    ['nbf ahead and exp past: iat alone decides', proofWith({ nbf: NOW + 9, exp: NOW - 1 })],
    ['the long form of typ', proofWith({}, { typ: 'application/dpop+jwt' })],
    ['ath where no token is expected', athOf('whatever')],
    ['claims that nobody asked for', proofWith({ iss: 'x', sub: ['y'] })],
  ]
  for (const [rule, proof, more] of rows) t.equal(faultOf(proof, more), 'none', rule)
  const old = verifyDpopProof(proofWith({ iat: NOW - 60 }), expected)
  t.match(old, { expiresAt: NOW + 1 }, 'a replay is a replay until the last second of the proof')
})

t.test(
  'htu is compared after RFC 3986 sections 6.2.2 and 6.2.3, without query and fragment',
  async (t) => {
    const same: [string, string][] = [
      ['HTTPS://ORDERS.example.COM/a', 'https://orders.example.com/a'],
      ['https://orders.example.com:443/a', 'https://orders.example.com/a'],
      ['http://127.0.0.1:80/', 'http://127.0.0.1'],
      ['https://orders.example.com', 'https://orders.example.com/'],
      ['https://orders.example.com/a?x=1#y', 'https://orders.example.com/a'],
      ['https://orders.example.com/a', 'https://orders.example.com/a?x=1'],
      ['https://orders.example.com/%7Ebob/%c3%bc', 'https://orders.example.com/~bob/%C3%BC'],
      ['https://orders.example.com/x/../a/./b', 'https://orders.example.com/a/b'],
      ['https://[::1]:4000/a', 'https://[0:0::1]:4000/a'],
    ]
    for (const [htu, uri] of same) t.equal(faultOf(proofWith({ htu }), { uri }), 'none', htu)
    const different: [string, string][] = [
      ['https://orders.example.com/b', 'https://orders.example.com/a'],
      ['https://orders.example.com/A', 'https://orders.example.com/a'],
      ['https://orders.example.com/a/', 'https://orders.example.com/a'],
      ['https://orders.example.com//a', 'https://orders.example.com/a'],
      ['https://orders.example.com/a%2Fb', 'https://orders.example.com/a/b'],
      ['http://orders.example.com/a', 'https://orders.example.com/a'],
      ['https://orders.example.com:444/a', 'https://orders.example.com/a'],
      ['https://orders.example.com.evil.example/a', 'https://orders.example.com/a'],
      ['https://orders.example.com@evil.example/a', 'https://evil.example/a'],
      ['https://x@orders.example.com/a', 'https://orders.example.com/a'],
      ['https://orders.example.com\\a', 'https://orders.example.com/a'],
      ['https:/orders.example.com/a', 'https://orders.example.com/a'],
      [' https://orders.example.com/a', 'https://orders.example.com/a'],
      ['https://orders.example.com/a\n', 'https://orders.example.com/a'],
      ['https://orders.example.com/\u00e4', 'https://orders.example.com/%C3%A4'],
      ['ftp://orders.example.com/a', 'ftp://orders.example.com/a'],
      [
        `https://orders.example.com/${'a'.repeat(2048)}`,
        `https://orders.example.com/${'a'.repeat(2048)}`,
      ],
      ['/a', 'https://orders.example.com/a'],
      ['', ''],
    ]
    for (const [htu, uri] of different) {
      t.equal(faultOf(proofWith({ htu }), { uri }), 'wrong_htu', JSON.stringify(htu))
    }
  },
)

t.test(
  'a client key is a private key of a kind that we know, and its public half stays public',
  async (t) => {
    const jwk = { ...ec.privateKey.export({ format: 'jwk' }), kid: 'k1' } as Jwk
    t.match(clientSigningKey(jwk), { alg: 'ES256', kid: 'k1', jkt: key.jkt })
    t.strictSame(Object.keys(clientSigningKey(jwk).publicJwk).sort(), ['crv', 'kty', 'x', 'y'])
    const rsaJwk = rsa.privateKey.export({ format: 'jwk' }) as Jwk
    t.equal(clientSigningKey(rsaJwk).alg, 'PS256')
    t.equal(clientSigningKey({ ...rsaJwk, alg: 'RS256' }).alg, 'RS256')
    const edJwk = { ...ed.privateKey.export({ format: 'jwk' }), alg: 'Ed25519' } as Jwk
    t.equal(clientSigningKey(edJwk, { kid: 'k2' }).alg, 'EdDSA')
    t.equal(clientSigningKey(edJwk, { kid: 'k2' }).kid, 'k2')
    const refused: [string, () => unknown, string][] = [
      ['a public JWK', () => clientSigningKey(key.publicJwk), 'jwk-member'],
      ['a public KeyObject', () => clientSigningKey(ec.publicKey), 'key-kind'],
      ['a secret', () => clientSigningKey(RECORD.key), 'jwk-alg'],
      ['another kind', () => clientSigningKey({ kty: 'oct', k: 'AAAA' }), 'jwk-alg'],
      ['an unknown algorithm', () => clientSigningKey({ ...jwk, alg: 'ES512' }), 'jwk-alg'],
      ['an algorithm of another kind', () => clientSigningKey(jwk, { alg: 'EdDSA' }), 'jwk-kty'],
      [
        'a KeyObject of another kind',
        () => clientSigningKey(ec.privateKey, { alg: 'EdDSA' }),
        'key-kind',
      ],
    ]
    for (const [rule, make, code] of refused) t.throws(make, { name: 'InputError', code }, rule)
  },
)

t.test('RFC 7638 section 3.1: the thumbprint of the example', async (t) => {
  const example = {
    kty: 'RSA',
    n:
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W' +
      '-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qN' +
      'Lyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
    alg: 'RS256',
    kid: '2011-04-29',
  }
  t.equal(jwkThumbprint(example), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  t.throws(() => jwkThumbprint({ kty: 'oct', k: 'AAAA' }), { code: 'jwk-kty' })
  t.throws(() => jwkThumbprint({ kty: 'EC', crv: 'P-256', x: 'AA' }), { code: 'jwk-member' })
})
