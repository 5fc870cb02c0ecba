import { createSecretKey } from 'node:crypto'
import { SignJWT } from 'jose'
import t from 'tap'
import {
  accessTokenVerifier,
  decodeJwt,
  type KeyRecord,
  keyMap,
  type PlainTyp,
  type SigningKeyRecord,
  signAccessToken,
  signJwt,
  type TokenFault,
  type VerifyJwtOptions,
  verifyClientJwt,
  verifyJws,
  verifyJwt,
} from '../src/index.ts'
import {
  AUDIENCE,
  CLAIMS,
  forge,
  GOOD_TOKEN,
  HEADER,
  ISSUER,
  KID,
  NOW,
  RECORD,
  segment,
  signSegments,
} from './fixtures/forge.ts'
import {
  ec,
  ecRecord,
  ed,
  edRecord,
  recordOf,
  rsa,
  rsaRecord,
  signEc,
} from './fixtures/key-pairs.ts'

/** ID tokens as hints, logout tokens, signing, and what keeps types apart (B9, B10; RFC 8725 section 3.11). */

const CLIENT = 'orders-web'
const idTokenKey: SigningKeyRecord = {
  ...ecRecord,
  kid: 'id.1',
  audience: undefined,
  signingKey: ec.privateKey,
}
const ID_CLAIMS = {
  iss: ISSUER,
  sub: CLAIMS.sub,
  aud: CLIENT,
  iat: NOW - 10,
  exp: NOW + 590,
  sid: CLAIMS.sid,
  nonce: 'n',
}
const options: VerifyJwtOptions = {
  keys: keyMap([idTokenKey]),
  typ: 'JWT',
  issuer: ISSUER,
  audience: CLIENT,
  nowSeconds: NOW,
}
const idToken = (changes: object = {}) => signJwt(idTokenKey, 'JWT', { ...ID_CLAIMS, ...changes })

t.test('an ID token and a logout token are signed and verified', async (t) => {
  const outcome = verifyJwt(idToken(), options)
  t.strictSame(outcome, { kind: 'valid', claims: ID_CLAIMS, kid: 'id.1' })
  t.ok(outcome.kind === 'valid' && Object.isFrozen(outcome.claims))
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const logout = signJwt(idTokenKey, 'logout+jwt', { ...ID_CLAIMS, events })
  t.strictSame(verifyJwt(logout, { ...options, typ: 'logout+jwt' }), {
    kind: 'valid',
    claims: { ...ID_CLAIMS, events },
    kid: 'id.1',
  })
  t.strictSame(decodeJwt(logout), {
    kind: 'decoded',
    header: { alg: 'ES256', typ: 'logout+jwt', kid: 'id.1' },
    claims: { ...ID_CLAIMS, events },
  })
})

t.test('what is wrong with a JWT is found', async (t) => {
  const rows: [string, object, TokenFault, Partial<VerifyJwtOptions>?][] = [
    ['another issuer', { iss: 'https://other.example' }, 'wrong_issuer'],
    ['issuer in a list', { iss: [ISSUER] }, 'wrong_issuer'],
    ['another audience', { aud: 'reports-web' }, 'wrong_audience'],
    ['audience in a list', { aud: [CLIENT] }, 'wrong_audience'],
    ['no audience', { aud: undefined }, 'wrong_audience'],
    ['an empty audience, when any will do', { aud: '' }, 'wrong_audience', { audience: '' }],
    ['no exp', { exp: undefined }, 'bad_claim'],
    ['exp as text', { exp: `${NOW + 60}` }, 'bad_claim'],
    ['no iat', { iat: undefined }, 'bad_claim'],
    ['exp at iat', { exp: NOW - 10 }, 'bad_claim', { allowExpired: true }],
    ['iat at the beginning of time', { iat: 0, exp: 60 }, 'bad_claim', { allowExpired: true }],
    ['exp before iat', { exp: NOW - 11 }, 'bad_claim'],
    ['a life of more than a day', { exp: NOW + 86_391 }, 'bad_claim'],
    ['a life of more than allowed', { exp: NOW + 111 }, 'bad_claim', { maxLifetimeSeconds: 120 }],
    ['nbf as text', { nbf: 'x' }, 'bad_claim'],
    ['nbf ahead', { nbf: NOW + 6 }, 'not_yet_valid'],
    ['iat ahead', { iat: NOW + 6 }, 'not_yet_valid'],
    [
      'iat ahead, and age does not matter',
      { iat: NOW + 6 },
      'not_yet_valid',
      { allowExpired: true },
    ],
    ['expired to the second', { exp: NOW }, 'expired'],
    ['broken clock', {}, 'expired', { nowSeconds: Number.NaN }],
  ]
  for (const [rule, changes, fault, more] of rows) {
    t.strictSame(
      verifyJwt(idToken(changes), { ...options, ...more }),
      { kind: 'invalid', fault },
      rule,
    )
  }
})

t.test('when any audience will do, it is still one text', async (t) => {
  const { audience: _, ...anyAudience } = options
  for (const aud of [[CLIENT], '', null, 1, {}, undefined]) {
    const outcome = verifyJwt(idToken({ aud }), anyAudience)
    t.strictSame(outcome, { kind: 'invalid', fault: 'wrong_audience' }, JSON.stringify(aud))
  }
})

t.test('what is in order passes', async (t) => {
  const { audience: _, ...anyAudience } = options
  const rows: [string, object, VerifyJwtOptions][] = [
    ['any audience', { aud: 'reports-web' }, anyAudience],
    ['a life of a day', { exp: NOW + 86_390 }, options],
    ['a second left', { exp: NOW + 1 }, options],
    ['iat ahead by the skew', { iat: NOW + 5 }, options],
    ["iat ahead by a skew of one's own", { iat: NOW + 60 }, { ...options, clockSkewSeconds: 60 }],
    ['an old hint', { iat: NOW - 90_000, exp: NOW - 89_000 }, { ...options, allowExpired: true }],
    [
      'texts with line feeds and any letters',
      { name: 'Zoe\u0301', address: { formatted: 'a\r\nb' } },
      options,
    ],
  ]
  for (const [rule, changes, expected] of rows) {
    t.equal(verifyJwt(idToken(changes), expected).kind, 'valid', rule)
  }
})

t.test('a JWT is read as strictly as an access token', async (t) => {
  const token = idToken()
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const faults: [string, TokenFault][] = [
    ['', 'malformed'],
    [`${header}.${payload}.`, 'malformed'],
    [`${token}=`, 'not_canonical'],
    [`${header}.${segment('{}')}.${signature}`, 'bad_signature'],
    [`${segment({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`, 'wrong_alg'],
    [`${segment({ alg: 'ES256', typ: 'JWT', kid: 'x' })}.${payload}.${signature}`, 'unknown_kid'],
    [`${segment({ alg: 'ES256', kid: 'id.1' })}.${payload}.${signature}`, 'wrong_typ'],
    ['a'.repeat(8193), 'too_long'],
  ]
  for (const [text, fault] of faults) {
    t.strictSame(verifyJwt(text, options), { kind: 'invalid', fault }, text.slice(-20))
  }
  const shared = { ...options, keys: keyMap([{ ...RECORD, audience: undefined }]) }
  const twice = forge({ ...HEADER, typ: 'JWT' }, `{"sub":"x",${JSON.stringify(ID_CLAIMS).slice(1)}`)
  t.match(verifyJwt(twice, shared), { fault: 'bad_payload' })
})

t.test('a key is bound to its issuer and, if it has one, its audience', async (t) => {
  const keysOf = (change: Partial<KeyRecord>) => keyMap([{ ...idTokenKey, ...change }])
  const token = idToken()
  const foreign = keysOf({ issuer: 'https://other.example' })
  t.match(verifyJwt(token, { ...options, keys: foreign }), { fault: 'wrong_issuer' })
  const bound = keysOf({ audience: AUDIENCE })
  t.match(verifyJwt(token, { ...options, keys: bound }), { fault: 'wrong_audience' })
  const weak = new Map([['id.1', { ...idTokenKey, key: rsa.publicKey }]])
  t.throws(() => verifyJwt(token, { ...options, keys: weak }), { code: 'key-kind' })
})

t.test('B10 no type of token stands for another: 7 types, 3 readers, one key', async (t) => {
  const keys = keyMap([RECORD])
  const access = accessTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys })
  const plain = (typ: PlainTyp) => (token: string) =>
    verifyJwt(token, { keys, typ, issuer: ISSUER, nowSeconds: NOW })
  const readers: [string, (token: string) => { kind: string }][] = [
    ['access token', (token) => access.verify(token, NOW)],
    ['ID token', plain('JWT')],
    ['logout token', plain('logout+jwt')],
  ]
  // Each says everything that any of them could want, so that only its type is wrong.
  const everything = { ...CLAIMS, nonce: 'n', events: {}, htm: 'GET', htu: AUDIENCE }
  const types: [string, string, object][] = [
    ['access token', 'at+jwt', everything],
    ['ID token', 'JWT', everything],
    ['logout token', 'logout+jwt', everything],
    ['security event', 'secevent+jwt', everything],
    ['proof of possession', 'dpop+jwt', everything],
    ['request object', 'oauth-authz-req+jwt', everything],
    // Has the type of an ID token; the client's name as issuer tells it apart.
    ['client assertion', 'JWT', { ...everything, iss: CLIENT, sub: CLIENT }],
  ]
  for (const [type, typ, claims] of types) {
    for (const [reader, read] of readers) {
      const expected = type === reader ? 'valid' : 'invalid'
      t.equal(read(forge({ ...HEADER, typ }, claims)).kind, expected, `${type} read as ${reader}`)
    }
  }
})

t.test('signing and verifying agree, and jose signs what we take', async (t) => {
  const pairs: [SigningKeyRecord, Parameters<SignJWT['sign']>[0]][] = [
    [RECORD, RECORD.key],
    [{ ...rsaRecord, signingKey: rsa.privateKey }, rsa.privateKey],
    [{ ...rsaRecord, alg: 'PS256', signingKey: rsa.privateKey }, rsa.privateKey],
    [{ ...ecRecord, signingKey: ec.privateKey }, ec.privateKey],
    [{ ...edRecord, signingKey: ed.privateKey }, ed.privateKey],
  ]
  for (const [record, joseKey] of pairs) {
    const verifier = accessTokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: keyMap([record]),
    })
    const expected = { kind: 'valid', claims: CLAIMS, kid: KID }
    const token = signAccessToken(record, CLAIMS)
    t.strictSame(verifier.verify(token, NOW), expected, record.alg)
    t.match(decodeJwt(token), { header: { alg: record.alg, typ: 'at+jwt', kid: KID } })
    const foreign = await new SignJWT({ ...CLAIMS } as Record<string, unknown>)
      .setProtectedHeader({ kid: KID, typ: 'at+jwt', alg: record.alg })
      .sign(joseKey)
    t.strictSame(verifier.verify(foreign, NOW), expected, `${record.alg} by jose`)
  }
  t.equal(
    signAccessToken(RECORD, CLAIMS),
    GOOD_TOKEN,
    'the header is alg, typ and kid, in this order',
  )
})

t.test('nothing is signed that a verifier would refuse', async (t) => {
  const rows: [string, object, TokenFault][] = [
    ['a foreign issuer', { iss: 'https://other.example' }, 'wrong_issuer'],
    ['a foreign audience', { aud: 'https://reports.example.com' }, 'wrong_audience'],
    ['a life of 901 s', { exp: CLAIMS.iat + 901 }, 'bad_claim'],
    ['a user without session', { sid: undefined }, 'bad_claim'],
    ['a subject outside both namespaces', { sub: 'alice' }, 'bad_claim'],
    ['33 grants', { routes: Array(33).fill('GET /') }, 'bad_claim'],
    ['a token that is bound to nothing', { cnf: {} }, 'proof_missing'],
  ]
  for (const [rule, changes, received] of rows) {
    const sign = () => signAccessToken(RECORD, { ...CLAIMS, ...changes })
    t.throws(sign, { name: 'InputError', code: 'access-token-claims', received }, rule)
  }
  const unbound = { ...RECORD, audience: undefined }
  const refused = { code: 'access-token-claims', received: 'wrong_audience' }
  t.throws(() => signAccessToken(unbound, CLAIMS), refused, 'a key for ID tokens')
})

t.test('the longest token that can be signed can be verified', async (t) => {
  const padded = (length: number) => idToken({ x: 'x'.repeat(length) })
  let length = 5000
  while (padded(length + 3).length < 8192) length += 3
  t.equal(verifyJwt(padded(length), options).kind, 'valid', `${padded(length).length} characters`)
  t.throws(() => padded(length + 6), { code: 'token-too-long' })
  t.throws(() => padded(10_000), { code: 'token-too-long' })
  const claims = { ...ID_CLAIMS, x: 'x'.repeat(10_000) }
  t.throws(() => signJwt(RECORD, 'JWT', claims), { code: 'token-too-long' })
})

t.test('signing drops what is not in the profile and leaves its input alone', async (t) => {
  const routes = ['GET /orders']
  const claims = { ...CLAIMS, routes, admin: true, acr: undefined }
  // The type forbids `undefined`; a caller in JavaScript does not know.
  const token = signAccessToken(RECORD, claims as unknown as typeof CLAIMS)
  const decoded = decodeJwt(token)
  const { acr: _, ...expected } = { ...CLAIMS, routes }
  t.strictSame(decoded.kind === 'decoded' && decoded.claims, expected)
  routes.push('still mine')
  t.equal(routes.length, 2)
})

t.test('A15 whoever reads a signed payload refuses its other spellings', async (t) => {
  const named = { iss: ISSUER, aud: CLIENT }
  const h = segment({ alg: 'ES256', typ: 'JWT', kid: idTokenKey.kid })
  const signed = (body: string) => {
    const text = `${h}.${body}`
    return `${text}.${signEc(Buffer.from(text)).toString('base64url')}`
  }
  // Blanks are legal JSON. The last of 2 bytes beyond a multiple of 3 leaves two bits of a character that mean nothing.
  const p = segment(JSON.stringify({ ...named, iat: NOW, exp: NOW + 60 }).padEnd(95))
  t.match(p, /A$/)
  const variants = ['B', 'C', 'D'].map((end) => p.slice(0, -1) + end)
  const life = { nowSeconds: NOW, maxLifetimeSeconds: 60 }
  const client = { keys: [{ kid: idTokenKey.kid, key: ec.publicKey }], alg: 'ES256' } as const
  const readers = [
    (token: string) => verifyJws(token, idTokenKey),
    (token: string) => verifyJwt(token, options),
    (token: string) =>
      verifyClientJwt(token, {
        ...client,
        ...life,
        typs: ['JWT'],
        issuer: ISSUER,
        audience: CLIENT,
      }),
  ]
  for (const read of readers) {
    t.equal(read(signed(p)).kind, 'valid')
    for (const variant of variants) {
      t.strictSame(Buffer.from(variant, 'base64url'), Buffer.from(p, 'base64url'))
      t.strictSame(read(signed(variant)), { kind: 'invalid', fault: 'not_canonical' })
    }
  }
})

t.test('decoding shows without verifying, and is as strict about form', async (t) => {
  const unsigned = `${segment({ alg: 'none' })}.${segment({ sub: 'x' })}.`
  t.strictSame(decodeJwt(unsigned), {
    kind: 'decoded',
    header: { alg: 'none' },
    claims: { sub: 'x' },
  })
  const faults: [string, TokenFault][] = [
    ['', 'malformed'],
    ['a.b', 'malformed'],
    ['a.b.c.d', 'malformed'],
    ['.e30.x', 'malformed'],
    ['e30=.e30.x', 'not_canonical'],
    [signSegments(segment('[]'), segment('{}')), 'bad_header'],
    [signSegments(segment('{}'), segment('[]')), 'bad_payload'],
    [signSegments(segment('{}'), segment('{"a":1,"a":1}')), 'bad_payload'],
    ['a'.repeat(8193), 'too_long'],
    ['.'.repeat(8192), 'malformed'],
  ]
  for (const [token, fault] of faults) {
    t.strictSame(decodeJwt(token), { kind: 'invalid', fault }, token.slice(0, 20))
  }
})

t.test('a key without bytes enough cannot sign', async (t) => {
  const short = createSecretKey(Buffer.alloc(16))
  const record = { ...recordOf('HS256', short), signingKey: short }
  t.throws(() => signAccessToken(record, CLAIMS), { code: 'hmac-key-short' })
})
