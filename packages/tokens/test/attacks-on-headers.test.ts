import { createHmac } from 'node:crypto'
import t from 'tap'
import { importJwkSet, jwtKid, keyMap, verifyJws } from '../src/index.ts'
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
  SECRET,
  segment,
  withHeader,
} from './fixtures/forge.ts'
import {
  ec,
  ecRecord,
  ecToken,
  edRecord,
  edToken,
  recordOf,
  rsa,
  rsaRecord,
  rsaToken,
  signEc,
  signedBy,
} from './fixtures/key-pairs.ts'
import { refuseAll, verifierOf } from './fixtures/refuse-all.ts'

/** Attacks on the header and on the choice of key (A1 to A13, A23), with a valid signature wherever one is possible. */

const verifier = verifierOf(RECORD)
const payload = segment(CLAIMS)

t.test('the tokens that the attacks start from are good', async (t) => {
  t.equal(verifier.verify(GOOD_TOKEN, NOW).kind, 'valid')
  t.equal(verifierOf(rsaRecord).verify(rsaToken, NOW).kind, 'valid')
  t.equal(verifierOf(ecRecord).verify(ecToken, NOW).kind, 'valid')
  t.equal(verifierOf(edRecord).verify(edToken, NOW).kind, 'valid')
})

refuseAll('A1 an unsigned token is refused before a key is looked for', [
  {
    rule: 'no signature',
    token: `${segment({ ...HEADER, alg: 'none' })}.${payload}.`,
    fault: 'malformed',
  },
  { rule: 'a valid MAC', token: withHeader({ alg: 'none' }), fault: 'wrong_alg' },
  { rule: 'an unknown kid', token: withHeader({ alg: 'none', kid: 'x' }), fault: 'wrong_alg' },
])

refuseAll('A2 alg is compared exactly', [
  ...['None', 'NONE', 'nOnE', 'hs256', 'Hs256', 'HS256 ', '', 'HMAC', 'ES512'].map((alg) => ({
    rule: JSON.stringify(alg),
    token: withHeader({ alg }),
    fault: 'wrong_alg' as const,
  })),
  { rule: 'missing', token: withHeader({ alg: undefined }), fault: 'wrong_alg' },
  ...[null, 256, ['HS256'], { alg: 'HS256' }, true].map((alg) => ({
    rule: JSON.stringify(alg),
    token: withHeader({ alg }),
    fault: 'bad_header' as const,
  })),
])

const publicTexts: [string, string | Buffer][] = [
  ['PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' })],
  [
    'PEM without last newline',
    String(rsa.publicKey.export({ type: 'spki', format: 'pem' })).trim(),
  ],
  ['PKCS #1 PEM', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
  ['DER', rsa.publicKey.export({ type: 'spki', format: 'der' })],
  ['JWK', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))],
  ['modulus', Buffer.from(String(rsa.publicKey.export({ format: 'jwk' }).n), 'base64url')],
]

refuseAll(
  'A3 a public key is no HMAC key',
  publicTexts.map(([rule, secret]) => ({
    rule,
    token: forge(HEADER, CLAIMS, Buffer.from(secret)),
    fault: 'wrong_alg',
    record: rsaRecord,
  })),
)

t.test(
  'A3 a public key cannot be loaded as an HMAC key, nor a secret as a public one',
  async (t) => {
    t.throws(() => keyMap([recordOf('HS256', rsa.publicKey)]), { code: 'key-kind' })
    t.throws(() => keyMap([recordOf('RS256', RECORD.key)]), { code: 'key-kind' })
    t.throws(() => verifyJws(GOOD_TOKEN, recordOf('HS256', ec.publicKey)), { code: 'key-kind' })
  },
)

refuseAll('A4 nor with blanks around it', [
  ...[' ', '\n', '\t', '\ufeff'].map((blank) => ({
    rule: JSON.stringify(blank),
    token: forge(HEADER, CLAIMS, Buffer.from(`${blank}${publicTexts[0]?.[1]}`)),
    fault: 'wrong_alg' as const,
    record: rsaRecord,
  })),
])

refuseAll(
  'A5 HS384 and HS512 with the HS256 key are refused',
  ['384', '512'].map((bits) => {
    const text = `${segment({ ...HEADER, alg: `HS${bits}` })}.${payload}`
    const mac = createHmac(`sha${bits}`, SECRET).update(text).digest('base64url')
    return { rule: bits, token: `${text}.${mac}`, fault: 'wrong_alg' }
  }),
)

refuseAll('A6 the algorithm is that of the key, not that of the token', [
  { rule: 'ES256 for an RS256 key', token: ecToken, fault: 'wrong_alg', record: rsaRecord },
  { rule: 'RS256 for an ES256 key', token: rsaToken, fault: 'wrong_alg', record: ecRecord },
  { rule: 'EdDSA for an ES256 key', token: edToken, fault: 'wrong_alg', record: ecRecord },
  { rule: 'HS256 for an EdDSA key', token: GOOD_TOKEN, fault: 'wrong_alg', record: edRecord },
])

t.test('A6 a key set whose key names no algorithm is refused', async (t) => {
  const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: KID }
  const binding = { issuer: ISSUER, audience: AUDIENCE }
  t.throws(() => importJwkSet({ keys: [jwk] }, binding), { code: 'jwk-alg' })
})

refuseAll('A7 there is no default key and no empty key', [
  {
    rule: 'unknown kid, empty key',
    token: forge({ ...HEADER, kid: 'x' }, CLAIMS, Buffer.alloc(0)),
    fault: 'unknown_kid',
  },
  {
    rule: 'known kid, empty key',
    token: forge(HEADER, CLAIMS, Buffer.alloc(0)),
    fault: 'bad_signature',
  },
  { rule: 'kid missing', token: withHeader({ kid: undefined }), fault: 'unknown_kid' },
  { rule: 'kid empty', token: withHeader({ kid: '' }), fault: 'unknown_kid' },
])

refuseAll('A8 a kid is a name in a map and nothing else', [
  ...[
    '../../dev/null',
    "'; DROP TABLE keys",
    '__proto__',
    'constructor',
    'toString',
    `${KID} `,
    KID.toUpperCase(),
  ].map((kid) => ({ rule: kid, token: withHeader({ kid }), fault: 'unknown_kid' as const })),
  ...[`${KID}\u0000`, { toString: KID }, [KID], 1, null, 'ключ'].map((kid) => ({
    rule: JSON.stringify(kid),
    token: withHeader({ kid }),
    fault: 'bad_header' as const,
  })),
  { rule: 'one megabyte', token: withHeader({ kid: 'k'.repeat(1_000_000) }), fault: 'too_long' },
])

t.test('A9 10,000 unknown kids leave the verifier as it was', async (t) => {
  const faults = new Set<string>()
  for (let i = 0; i < 10_000; i++) {
    const outcome = verifier.verify(forge({ ...HEADER, kid: `k${i}` }, CLAIMS), NOW)
    faults.add(outcome.kind === 'invalid' ? outcome.fault : 'none')
  }
  t.strictSame([...faults], ['unknown_kid'])
  t.equal(verifier.verify(GOOD_TOKEN, NOW).kind, 'valid')
})

const attackerJwk = ec.publicKey.export({ format: 'jwk' })

refuseAll('A10 a key inside the header is refused, though it verifies', [
  {
    rule: 'jwk',
    token: signedBy('ES256', signEc, { jwk: attackerJwk }),
    fault: 'bad_header',
    record: ecRecord,
  },
  { rule: 'jwk beside a valid MAC', token: withHeader({ jwk: attackerJwk }), fault: 'bad_header' },
])

refuseAll(
  'A11 the header points nowhere',
  ['jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'cty', 'url', 'nonce'].map((name) => ({
    rule: name,
    token: withHeader({ [name]: name === 'x5c' ? ['MIIB'] : 'http://127.0.0.1/keys' }),
    fault: 'bad_header',
  })),
)

refuseAll('A12 and A13 critical and unencoded-payload headers are refused', [
  ...[['x'], [], ['alg'], 'alg', ['absent'], null, {}].map((crit) => ({
    rule: `crit ${JSON.stringify(crit)}`,
    token: withHeader({ crit }),
    fault: 'bad_header' as const,
  })),
  { rule: 'b64 without crit', token: withHeader({ b64: false }), fault: 'bad_header' },
  { rule: 'b64 with crit', token: withHeader({ b64: false, crit: ['b64'] }), fault: 'bad_header' },
])

refuseAll('A23 an encrypted token is no access token', [
  {
    rule: 'five parts',
    token: `${segment({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..AA.AA.AA`,
    fault: 'malformed',
  },
  {
    rule: 'PBES2 with a giant count',
    token: `${segment({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31 })}.AA.AA.AA.AA`,
    fault: 'malformed',
  },
  {
    rule: 'its header on three parts',
    token: withHeader({ enc: 'A256GCM', zip: 'DEF' }),
    fault: 'bad_header',
  },
])

t.test(
  'the kid of a token is read from headers that we could have written, and from no others',
  async (t) => {
    const segment = (header: string) => `${Buffer.from(header).toString('base64url')}.e30.x`
    t.equal(jwtKid(segment('{"alg":"HS256","typ":"at+jwt","kid":"k.1"}')), 'k.1')
    for (const text of [
      '',
      'x',
      '.',
      segment('{"alg":"HS256"}'),
      segment('{"alg":"HS256","kid":"a","kid":"b"}'),
      segment('{"alg":"HS256","kid":"a","crit":["b64"]}'),
      segment('{"kid":1}'),
      `${segment('{"alg":"HS256","kid":"a"}').slice(1)}`,
      segment('{"alg":"HS256","kid":"a"}') + 'x'.repeat(8192),
    ]) {
      t.equal(jwtKid(text), undefined, text.slice(0, 60))
    }
  },
)
