import { generateKeyPairSync } from 'node:crypto'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import t from 'tap'
import {
  type ClientKey,
  clientJwtHeader,
  clientSecretKey,
  clientSigningKey,
  createClientAssertion,
  importClientKeys,
  type Jwk,
  keyMap,
  signJwt,
  type TokenFault,
  type VerifyClientJwtOptions,
  verifyClientJwt,
  verifyDpopProof,
  verifyJwt,
} from '../src/index.ts'
import { signWithHeader } from '../src/sign-jwt.ts'
import { CLAIMS, ISSUER, NOW, RECORD, segment } from './fixtures/forge.ts'
import { ec, ecRecord, ed, rsa, signEc } from './fixtures/key-pairs.ts'

/** What clients sign with keys of their own, and what is signed for them: RFC 7523, RFC 9101, Core section 10.1. */

const CLIENT = 'orders-web'
const key = clientSigningKey(ec.privateKey, { kid: 'k1' })
const KEYS: readonly ClientKey[] = [{ kid: 'k1', key: ec.publicKey }]
const assertions: VerifyClientJwtOptions = {
  keys: KEYS,
  alg: 'ES256',
  typs: ['client-authentication+jwt', 'JWT', undefined],
  issuer: CLIENT,
  audience: ISSUER,
  subject: CLIENT,
  required: ['exp', 'jti'],
  nowSeconds: NOW,
  maxLifetimeSeconds: 300,
}
const requests: VerifyClientJwtOptions = {
  keys: KEYS,
  alg: 'ES256',
  typs: ['oauth-authz-req+jwt'],
  issuer: CLIENT,
  audience: ISSUER,
  required: ['exp', 'nbf'],
  nowSeconds: NOW,
  maxLifetimeSeconds: 3600,
}
const ASSERTION = { iss: CLIENT, sub: CLIENT, aud: ISSUER, jti: 'one', iat: NOW, exp: NOW + 60 }
const REQUEST = {
  iss: CLIENT,
  aud: ISSUER,
  nbf: NOW,
  exp: NOW + 300,
  client_id: CLIENT,
  response_type: 'code',
}
const HEADER = { alg: 'ES256', typ: 'client-authentication+jwt', kid: 'k1' }
const REQUEST_HEADER = { alg: 'ES256', typ: 'oauth-authz-req+jwt', kid: 'k1' }

const assertion = (claims: object, header: object = {}, signer = key) =>
  signWithHeader(signer, { ...HEADER, ...header }, { ...ASSERTION, ...claims })
const request = (claims: object, header: object = {}) =>
  signWithHeader(key, { ...REQUEST_HEADER, ...header }, { ...REQUEST, ...claims })

function faultOf(token: string, options: VerifyClientJwtOptions): TokenFault | 'none' {
  const outcome = verifyClientJwt(token, options)
  return outcome.kind === 'valid' ? 'none' : outcome.fault
}

t.test(
  'RFC 7523 section 3: an assertion that we make is one that we take, and jose takes it',
  async (t) => {
    const made = createClientAssertion(key, { clientId: CLIENT, issuer: ISSUER, nowSeconds: NOW })
    const outcome = verifyClientJwt(made, assertions)
    t.match(outcome, { kind: /^valid$/, claims: { iss: CLIENT, sub: CLIENT, exp: NOW + 60 } })
    t.ok(outcome.kind === 'valid' && Object.isFrozen(outcome.claims))
    const judged = await jwtVerify(made, ec.publicKey, {
      issuer: CLIENT,
      audience: ISSUER,
      typ: 'client-authentication+jwt',
      currentDate: new Date(NOW * 1000),
    })
    t.strictSame(judged.protectedHeader, HEADER)
    const nameless = clientSigningKey(ec.privateKey)
    const other = createClientAssertion(nameless, {
      clientId: CLIENT,
      issuer: ISSUER,
      nowSeconds: NOW,
    })
    t.equal(faultOf(other, assertions), 'none', 'without a kid')
    t.not(other.split('.')[1], made.split('.')[1], 'each has a jti of its own')
  },
)

t.test('JWTs of another library are taken, with both names of EdDSA', async (t) => {
  const rows = [
    ['RS256', 'RS256'],
    ['PS256', 'PS256'],
    ['ES256', 'ES256'],
    ['EdDSA', 'EdDSA'],
    ['Ed25519', 'EdDSA'],
  ] as const
  for (const [name, alg] of rows) {
    const pair = await generateKeyPair(name, { extractable: true })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'j', alg: name, use: 'sig' }
    const token = await new SignJWT(ASSERTION)
      .setProtectedHeader({ alg: name, kid: 'j' })
      .sign(pair.privateKey)
    t.strictSame(clientJwtHeader(token), { kind: 'read', alg, kid: 'j' })
    const keys = importClientKeys({ keys: [jwk] }, { alg, kid: 'j' })
    t.equal(faultOf(token, { ...assertions, keys, alg }), 'none', name)
  }
})

t.test('D3 RFC 7523 section 3: every fault of a client assertion is found', async (t) => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const stranger = clientSigningKey(pair.privateKey)
  const rsaKey = clientSigningKey(rsa.privateKey, { alg: 'RS256', kid: 'k1' })
  const hmac = signWithHeader(RECORD, { ...HEADER, alg: 'HS256' }, ASSERTION)
  const rows: [rule: string, fault: TokenFault, token: string][] = [
    ['nothing', 'malformed', ''],
    ['too long', 'too_long', 'a'.repeat(8193)],
    ['header no JSON', 'bad_header', `e30x.e30.${'A'.repeat(86)}`],
    ['a critical member', 'bad_header', assertion({}, { crit: ['exp'] })],
    ['type of an access token', 'wrong_typ', assertion({}, { typ: 'at+jwt' })],
    ['type of a proof', 'wrong_typ', assertion({}, { typ: 'dpop+jwt' })],
    ['type of a request object', 'wrong_typ', assertion({}, { typ: 'oauth-authz-req+jwt' })],
    ['type null', 'wrong_typ', assertion({}, { typ: null })],
    ['alg none', 'wrong_alg', assertion({}, { alg: 'none' })],
    ['a secret, where keys are registered', 'wrong_alg', hmac],
    ['RS256 of a client with ES256', 'wrong_alg', assertion({}, { alg: 'RS256' }, rsaKey)],
    ['another kid', 'unknown_kid', assertion({}, { kid: 'k2' })],
    ['kid a number', 'unknown_kid', assertion({}, { kid: 1 })],
    ['kid of 257 characters', 'unknown_kid', assertion({}, { kid: 'k'.repeat(257) })],
    ["another client's key", 'bad_signature', assertion({}, {}, stranger)],
    ["another client's key, no kid", 'bad_signature', assertion({}, { kid: undefined }, stranger)],
    ['a member twice', 'bad_payload', twice()],
    ['no iss', 'wrong_issuer', assertion({ iss: undefined })],
    ["another client's iss", 'wrong_issuer', assertion({ iss: 'reports-web' })],
    ["another client's sub", 'bad_claim', assertion({ sub: 'reports-web' })],
    ['no sub', 'bad_claim', assertion({ sub: undefined })],
    ['no aud', 'wrong_audience', assertion({ aud: undefined })],
    ['aud the token endpoint', 'wrong_audience', assertion({ aud: `${ISSUER}/token` })],
    ['aud the PAR endpoint', 'wrong_audience', assertion({ aud: `${ISSUER}/par` })],
    ['aud with a slash', 'wrong_audience', assertion({ aud: `${ISSUER}/` })],
    ['aud another server', 'wrong_audience', assertion({ aud: 'https://other.example' })],
    ['aud in a list', 'wrong_audience', assertion({ aud: [ISSUER] })],
    ['aud among others', 'wrong_audience', assertion({ aud: [ISSUER, 'https://other.example'] })],
    ['no exp', 'bad_claim', assertion({ exp: undefined })],
    ['exp as text', 'bad_claim', assertion({ exp: `${NOW + 60}` })],
    ['exp a fraction', 'bad_claim', assertion({ exp: NOW + 60.5 })],
    ['exp 1e308', 'bad_claim', assertion({ exp: Number.MAX_VALUE })],
    ['exp in a year', 'bad_claim', assertion({ exp: NOW + 31_536_000 })],
    ['exp one second too late', 'bad_claim', assertion({ exp: NOW + 301 })],
    ['exp one second too late, no iat', 'bad_claim', assertion({ iat: undefined, exp: NOW + 311 })],
    ['an old iat that makes it long', 'bad_claim', assertion({ iat: NOW - 290, exp: NOW + 11 })],
    ['expired to the second', 'expired', assertion({ exp: NOW })],
    ['iat 11 s ahead', 'not_yet_valid', assertion({ iat: NOW + 11 })],
    ['nbf 61 s ahead', 'not_yet_valid', assertion({ nbf: NOW + 61, exp: NOW + 90 })],
    ['nbf null', 'bad_claim', assertion({ nbf: null })],
    ['no jti', 'bad_claim', assertion({ jti: undefined })],
    ['jti empty', 'bad_claim', assertion({ jti: '' })],
    ['jti of 257 characters', 'bad_claim', assertion({ jti: 'x'.repeat(257) })],
  ]
  for (const [rule, fault, token] of rows) t.equal(faultOf(token, assertions), fault, rule)
  t.equal(faultOf(assertion({}), { ...assertions, keys: [] }), 'unknown_kid', 'no keys')
  t.equal(faultOf(assertion({}), { ...assertions, nowSeconds: Number.NaN }), 'expired', 'no clock')
})

function twice(): string {
  const text = JSON.stringify(ASSERTION).replace('{', '{"sub":"reports-web",')
  const signed = `${segment(HEADER)}.${segment(text)}`
  return `${signed}.${signEc(Buffer.from(signed)).toString('base64url')}`
}

t.test('the last assertion that passes, at each edge', async (t) => {
  const rows: [string, string, Partial<VerifyClientJwtOptions>?][] = [
    ['typ JWT', assertion({}, { typ: 'JWT' })],
    ['no typ', assertion({}, { typ: undefined })],
    ['the long form of typ', assertion({}, { typ: 'application/client-authentication+jwt' })],
    ['no kid', assertion({}, { kid: undefined })],
    ['members that nobody knows', assertion({}, { x5t: 'x', jku: 'https://evil.example/jwks' })],
    ['a life of 300 s', assertion({ exp: NOW + 300 })],
    ['iat 10 s ahead and a life of 300 s', assertion({ iat: NOW + 10, exp: NOW + 310 })],
    ['no iat', assertion({ iat: undefined, exp: NOW + 310 })],
    ['a second left', assertion({ iat: NOW - 200, exp: NOW + 1 })],
    ['nbf 8 s ahead', assertion({ nbf: NOW + 8 })],
    ['jti of 256 characters', assertion({ jti: 'x'.repeat(256) })],
    ['ahead as far as one likes', assertion({ iat: NOW + 30 }), { aheadSeconds: 30 }],
    ['the second of two keys', assertion({}, { kid: undefined }), { keys: [other(), ...KEYS] }],
  ]
  for (const [rule, token, more] of rows) {
    t.equal(faultOf(token, { ...assertions, ...more }), 'none', rule)
  }
})

const other = (): ClientKey => ({
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
})

t.test('C25 RFC 9101 section 6.2: every fault of a signed request is found', async (t) => {
  const { typs: _, ...anyTyp } = requests
  const rows: [string, TokenFault | 'none', string][] = [
    ['in order', 'none', request({})],
    ['nbf 8 s ahead', 'none', request({ nbf: NOW + 8 })],
    ['an hour long', 'none', request({ nbf: NOW - 3599, exp: NOW + 1 })],
    ['unsigned', 'wrong_alg', request({}, { alg: 'none' })],
    ['no typ', 'wrong_typ', request({}, { typ: undefined })],
    ['a client assertion', 'wrong_typ', assertion({ ...REQUEST })],
    ["another client's", 'wrong_issuer', request({ iss: 'reports-web' })],
    ['aud in a list', 'wrong_audience', request({ aud: [ISSUER] })],
    ['for another server', 'wrong_audience', request({ aud: 'https://other.example' })],
    ['no exp', 'bad_claim', request({ exp: undefined })],
    ['no nbf', 'bad_claim', request({ nbf: undefined })],
    ['more than an hour long', 'bad_claim', request({ nbf: NOW - 3600, exp: NOW + 1 })],
    ['nbf 61 s ahead', 'not_yet_valid', request({ nbf: NOW + 61 })],
    ['expired', 'expired', request({ exp: NOW })],
  ]
  for (const [rule, fault, token] of rows) t.equal(faultOf(token, requests), fault, rule)
  // OpenID Connect Core section 6.1 asks for no lifetime; then it lives as long as it could have said.
  const lenient = { ...anyTyp, required: [], typs: ['oauth-authz-req+jwt', 'JWT', undefined] }
  const bare = { exp: undefined, nbf: undefined }
  t.equal(faultOf(request(bare), lenient), 'none', 'no times at all')
  t.equal(faultOf(request({ ...bare, iat: NOW - 3599 }), lenient), 'none')
  t.equal(faultOf(request({ ...bare, iat: NOW - 3600 }), lenient), 'expired')
})

t.test('RFC 7517 section 5: of a key set, those keys are taken that fit', async (t) => {
  const ecJwk = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' } as Jwk
  const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r' } as Jwk
  const edJwk = { ...ed.publicKey.export({ format: 'jwk' }) } as Jwk
  const unfit: Jwk[] = [
    { ...ecJwk, use: 'enc' },
    { ...ecJwk, alg: 'ECDH-ES' },
    { kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA', kid: 'e' },
    { ...ecJwk, y: 'AA' },
    { kty: 'unknown', kid: 'e' },
  ]
  const set = { keys: [...unfit, ecJwk, rsaJwk, edJwk, null, 'e'] }
  const kids = (alg: 'RS256' | 'PS256' | 'ES256' | 'EdDSA', kid?: string) =>
    importClientKeys(set, { alg, kid }).map((found) => found.kid)
  t.strictSame(kids('ES256', 'e'), ['e'])
  t.strictSame(kids('ES256'), ['e'], 'any, when the signature names none')
  t.strictSame(kids('RS256', 'r'), ['r'], 'an RSA key that names no algorithm may be for either')
  t.strictSame(kids('PS256', 'r'), ['r'])
  t.strictSame(kids('EdDSA'), [undefined])
  t.strictSame(kids('ES256', 'r'), [], 'a key of another algorithm')
  t.strictSame(kids('EdDSA', 'd'), [], 'a key without a name has not the one that is wanted')
  const wanted = { alg: 'ES256', kid: 'e' } as const
  const lost = { ...ed.privateKey.export({ format: 'jwk' }) }
  const nothing: [string, unknown][] = [
    ['a private key beside the wanted one', { keys: [ecJwk, lost] }],
    ['33 keys', { keys: Array(33).fill(ecJwk) }],
    ['no set', undefined],
    ['null', null],
    ['a list', [ecJwk]],
    ['keys is no list', { keys: ecJwk }],
  ]
  for (const [rule, bad] of nothing) t.strictSame(importClientKeys(bad, wanted), [], rule)
  t.equal(importClientKeys({ keys: Array(32).fill(ecJwk) }, wanted).length, 32)
})

t.test('the header of a JWT says which key to look for, and nothing that is not one', async (t) => {
  const rows: [string, TokenFault][] = [
    ['', 'bad_header'],
    ['no dots', 'bad_header'],
    ['e30', 'bad_header'],
    ['e30.e30.x', 'wrong_alg'],
    ['e30=.e30.x', 'not_canonical'],
    ['a'.repeat(8193), 'too_long'],
  ]
  for (const [token, fault] of rows) {
    t.strictSame(clientJwtHeader(token), { kind: 'invalid', fault }, token.slice(0, 20))
  }
})

t.test('Core section 10.1: the secret of a client signs its ID tokens', async (t) => {
  const secret = 'a secret with ä and 32 octets or so'
  const record = clientSecretKey({ secret, clientId: CLIENT, issuer: ISSUER })
  t.match(record, { alg: 'HS256', audience: CLIENT, issuer: ISSUER, state: 'active' })
  const claims = { iss: ISSUER, sub: CLAIMS.sub, aud: CLIENT, iat: NOW, exp: NOW + 60 }
  const token = signJwt(record, 'JWT', claims)
  const judged = await jwtVerify(token, Buffer.from(secret, 'utf8'), {
    currentDate: new Date(NOW * 1000),
  })
  t.strictSame(judged.payload, claims, 'jose reads it with the octets of the secret')
  t.strictSame(judged.protectedHeader, { alg: 'HS256', typ: 'JWT' }, 'the key has no name')
  const keys = new Map([[record.kid, record]])
  const options = { keys, typ: 'JWT', issuer: ISSUER, nowSeconds: NOW } as const
  t.equal(verifyJwt(token, options).kind, 'valid')
  const foreign = signJwt(record, 'JWT', { ...claims, aud: 'reports-web' })
  t.match(verifyJwt(foreign, options), { fault: 'wrong_audience' }, "no other client's tokens")
  for (const kid of ['', 'client', ' ']) {
    const named = signWithHeader(record, { alg: 'HS256', typ: 'JWT', kid }, claims)
    t.match(verifyJwt(named, options), { fault: 'unknown_kid' }, `a token that names ${kid}`)
  }
  t.throws(() => keyMap([record]), { code: 'key-kid' }, 'it stands beside no other key')
  const ring = { ...options, keys: keyMap([ecRecord]) }
  t.match(verifyJwt(token, ring), { fault: 'unknown_kid' }, 'attack A7: there is no default key')
  t.throws(() => clientSecretKey({ secret: 'x'.repeat(31), clientId: CLIENT, issuer: ISSUER }), {
    code: 'hmac-key-short',
  })
  t.equal(clientSecretKey({ secret: 'x'.repeat(32), clientId: 'c', issuer: ISSUER }).alg, 'HS256')
})

t.test('RFC 9701 section 5, Core section 5.3.2: answers are signed without exp', async (t) => {
  const record = { ...ecRecord, audience: undefined, signingKey: ec.privateKey }
  for (const typ of ['token-introspection+jwt', 'JWT'] as const) {
    const claims = { iss: ISSUER, aud: CLIENT, iat: NOW, token_introspection: { active: false } }
    const judged = await jwtVerify(signJwt(record, typ, claims), ec.publicKey, { typ })
    t.strictSame(judged.payload, claims, typ)
  }
})

t.test(
  'B10 what clients sign does not stand for each other: 5 types, 3 readers, one key',
  async (t) => {
    const everything = {
      ...{ ...ASSERTION, ...REQUEST, jti: 'one' },
      ...{ htm: 'POST', htu: `${ISSUER}/token`, events: {}, nonce: 'n' },
    }
    const proofOf = { method: 'POST', uri: `${ISSUER}/token`, nowSeconds: NOW }
    const readers: [string, (token: string) => { kind: string }][] = [
      ['dpop+jwt', (token) => verifyDpopProof(token, proofOf)],
      ['oauth-authz-req+jwt', (token) => verifyClientJwt(token, requests)],
      [
        'client-authentication+jwt',
        (token) => verifyClientJwt(token, { ...assertions, typs: ['client-authentication+jwt'] }),
      ],
    ]
    const types = ['at+jwt', 'logout+jwt', ...readers.map(([typ]) => typ)]
    for (const typ of types) {
      const token = signWithHeader(key, { ...HEADER, typ, jwk: key.publicJwk }, everything)
      for (const [reader, read] of readers) {
        t.equal(read(token).kind, typ === reader ? 'valid' : 'invalid', `${typ} read as ${reader}`)
      }
    }
  },
)
