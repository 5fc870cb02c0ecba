import t from 'tap'
import { accessTokenVerifier, keyMap } from '../src/index.ts'
import { claimAttacks, rawClaimAttacks } from './fixtures/claim-attacks.ts'
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
  withClaims,
  withHeader,
} from './fixtures/forge.ts'
import { refuseAll, verifierOf } from './fixtures/refuse-all.ts'

/** Attacks on claims and types (B1 to B9, B11), all under a valid signature. */

const verifier = verifierOf(RECORD)

const accepted = (changes: Record<string, unknown>) =>
  verifier.verify(withClaims(changes), NOW).kind === 'valid'

const noNumbers = [undefined, null, String(NOW + 60), [NOW + 60], { n: 1 }, true, '']
refuseAll('B1 exp is a number', claimAttacks('exp', 'bad_claim', noNumbers))
refuseAll('B2 exp is a safe integer, after iat, and not more than 900 s after it', [
  ...claimAttacks('exp', 'bad_claim', [
    -1,
    0,
    1.5,
    NOW + 0.5,
    2 ** 53,
    1e308,
    CLAIMS.iat,
    CLAIMS.iat - 1,
    CLAIMS.iat + 901,
  ]),
  ...rawClaimAttacks('exp', 'bad_claim', ['1e400', '-0', '-1e400', '1e-400']),
  ...rawClaimAttacks('exp', 'bad_payload', ['NaN', 'Infinity', '0x7fffffff', '01', '+1', '1.']),
])
t.test('B2 the longest life is 900 s', async (t) => {
  t.ok(accepted({ exp: CLAIMS.iat + 900 }))
  t.ok(accepted({ exp: CLAIMS.iat + 300 }))
})

t.test('B3 a token is good while now < exp, whatever the clock skew', async (t) => {
  for (const clockSkewSeconds of [0, 5, 60]) {
    const keys = keyMap([RECORD])
    const skewed = accessTokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys,
      clockSkewSeconds,
    })
    t.equal(skewed.verify(GOOD_TOKEN, CLAIMS.exp - 1).kind, 'valid')
    for (const now of [CLAIMS.exp, CLAIMS.exp + 1, CLAIMS.exp + 5, CLAIMS.exp * 2]) {
      t.strictSame(skewed.verify(GOOD_TOKEN, now), { kind: 'invalid', fault: 'expired' }, `${now}`)
    }
  }
  t.match(
    verifier.verify(GOOD_TOKEN, Number.NaN),
    { fault: 'expired' },
    'a broken clock opens nothing',
  )
})

refuseAll('B4 nbf, if anybody writes it, is obeyed', [
  ...claimAttacks('nbf', 'not_yet_valid', [NOW + 6, NOW + 3600]),
  ...claimAttacks('nbf', 'bad_claim', [String(NOW), null, [NOW], NOW - 0.5, 1e308]),
])
t.test('B4 nbf has the clock skew and is not passed on', async (t) => {
  t.strictSame(verifier.verify(withClaims({ nbf: NOW + 5 }), NOW), {
    kind: 'valid',
    claims: CLAIMS,
    kid: KID,
  })
})

refuseAll('B5 iat is a safe integer and not ahead', [
  ...claimAttacks('iat', 'bad_claim', [
    undefined,
    null,
    String(NOW),
    [NOW],
    true,
    0,
    -1,
    NOW - 0.5,
    2 ** 53,
  ]),
  { rule: 'iat > exp', token: withClaims({ iat: NOW + 291 }), fault: 'bad_claim' },
  {
    rule: '1 h ahead',
    token: withClaims({ iat: NOW + 3600, exp: NOW + 3900 }),
    fault: 'not_yet_valid',
  },
  { rule: 'a second over the skew', token: withClaims({ iat: NOW + 6 }), fault: 'not_yet_valid' },
])
t.test('B5 iat may lie ahead by the clock skew', async (t) => {
  t.ok(accepted({ iat: NOW + 5 }))
})

refuseAll('B6 aud is exactly our text', [
  ...claimAttacks('aud', 'wrong_audience', [
    undefined,
    null,
    '',
    0,
    true,
    [],
    [''],
    { 0: AUDIENCE },
  ]),
  ...claimAttacks('aud', 'wrong_audience', [
    [AUDIENCE],
    ['https://a.example', AUDIENCE],
    [AUDIENCE, 'https://a.example'],
  ]),
  ...claimAttacks('aud', 'wrong_audience', [
    `${AUDIENCE}/`,
    `${AUDIENCE}.evil.example`,
    'https://orders',
    AUDIENCE.toUpperCase(),
    ` ${AUDIENCE}`,
    `${AUDIENCE}\u0000`,
    'https://orders.example.com:443',
  ]),
])

refuseAll('B7 iss is exactly our text', [
  ...claimAttacks('iss', 'wrong_issuer', [
    undefined,
    null,
    '',
    [ISSUER],
    { iss: ISSUER },
    `${ISSUER}/`,
    `${ISSUER}/tenant`,
    ISSUER.toUpperCase(),
    'http://sso.example.com',
    'https://sso.example.com.evil.example',
    `${ISSUER}#`,
  ]),
])

t.test('B8 a token of one service is nothing to another', async (t) => {
  const other = 'https://reports.example.com'
  const foreignKey = { ...RECORD, kid: 'reports.1', audience: other }
  const reports = accessTokenVerifier({
    issuer: ISSUER,
    audience: other,
    keys: keyMap([foreignKey]),
  })
  t.match(reports.verify(GOOD_TOKEN, NOW), { fault: 'unknown_kid' }, 'by its key')
  const renamed = withHeader({ kid: 'reports.1' })
  t.match(reports.verify(renamed, NOW), { fault: 'wrong_audience' }, 'and by its audience')
})
t.test('B8 a key of another service or issuer cannot be given to a verifier', async (t) => {
  const expected = { issuer: ISSUER, audience: AUDIENCE }
  for (const change of [
    { audience: 'https://reports.example.com' },
    { audience: undefined },
    { issuer: 'https://other.example' },
  ]) {
    const keys = keyMap([{ ...RECORD, ...change }])
    t.throws(() => accessTokenVerifier({ ...expected, keys }), { code: 'key-foreign' })
  }
})

const idTokenClaims = {
  iss: ISSUER,
  sub: CLAIMS.sub,
  aud: AUDIENCE,
  iat: NOW - 10,
  exp: NOW + 290,
  auth_time: NOW - 10,
  nonce: 'n',
  sid: CLAIMS.sid,
}
refuseAll('B9 an ID token is no access token', [
  {
    rule: 'by its type',
    token: forge({ ...HEADER, typ: 'JWT' }, idTokenClaims),
    fault: 'wrong_typ',
  },
  {
    rule: 'by its audience',
    token: forge(HEADER, { ...idTokenClaims, aud: 'orders-web' }),
    fault: 'wrong_audience',
  },
  { rule: 'by its claims', token: forge(HEADER, idTokenClaims), fault: 'bad_claim' },
])

refuseAll(
  'B11 only two spellings of the type',
  [
    'JWT',
    'jwt',
    'AT+JWT',
    'At+jwt',
    'at+JWT',
    'at+jwt ',
    ' at+jwt',
    'application/AT+JWT',
    'Application/at+jwt',
    'application/application/at+jwt',
    'application/',
    'at+jwt;charset=utf-8',
    'at',
    '',
  ].map((typ) => ({ rule: JSON.stringify(typ), token: withHeader({ typ }), fault: 'wrong_typ' })),
)
refuseAll('B11 the type is a text', [
  { rule: 'missing', token: withHeader({ typ: undefined }), fault: 'wrong_typ' },
  ...[null, 1, ['at+jwt'], { typ: 'at+jwt' }].map((typ) => ({
    rule: JSON.stringify(typ),
    token: withHeader({ typ }),
    fault: 'bad_header' as const,
  })),
])
t.test('B11 both spellings pass', async (t) => {
  t.equal(verifier.verify(GOOD_TOKEN, NOW).kind, 'valid')
  t.equal(verifier.verify(withHeader({ typ: 'application/at+jwt' }), NOW).kind, 'valid')
})
