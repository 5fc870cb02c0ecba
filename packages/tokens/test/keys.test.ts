import crypto, { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import t from 'tap'
import { hmacMatches, hmacSha256 } from '../src/hmac.ts'
import {
  accessTokenVerifier,
  deriveKey,
  deriveServiceKey,
  importSecretJwk,
  keyMap,
  keyRecordOf,
  publicJwks,
  verifyJws,
} from '../src/index.ts'
import { openJws } from '../src/open-jws.ts'
import { AUDIENCE, GOOD_TOKEN, ISSUER, KID, RECORD } from './fixtures/forge.ts'
import { ec, ed, edRecord, recordOf, rsa } from './fixtures/key-pairs.ts'

const binding = { issuer: ISSUER, audience: AUDIENCE }
const [header, payload, signature] = GOOD_TOKEN.split('.') as [string, string, string]

t.test('A24 an HMAC key of less than 32 bytes stops the start, however it comes', async (t) => {
  const refused = { name: 'InputError', code: 'hmac-key-short' }
  for (const bytes of [0, 1, 8, 16, 31]) {
    const short = Buffer.alloc(bytes, 7)
    const record = recordOf('HS256', createSecretKey(short))
    t.throws(() => keyMap([record]), refused, `${bytes} bytes`)
    t.throws(() => accessTokenVerifier({ ...binding, keys: new Map([[KID, record]]) }), refused)
    t.throws(() => verifyJws(GOOD_TOKEN, record), refused)
    const k = short.toString('base64url')
    t.throws(() => keyRecordOf({ kid: KID, alg: 'HS256', state: 'active', k }, binding), refused)
    t.throws(() => importSecretJwk({ kty: 'oct', k }, 'HS256'), {
      code: bytes === 0 ? 'jwk-member' : 'hmac-key-short',
    })
    const facts = { ...binding, alg: 'HS256', generation: 1 } as const
    t.throws(() => deriveServiceKey({ master: short, ...facts }), { code: 'master-key-short' })
    t.throws(() => deriveKey(createSecretKey(short), 'x'), { code: 'master-key-short' })
  }
  t.equal(keyMap([recordOf('HS256', createSecretKey(Buffer.alloc(32)))]).size, 1, '32 will do')
})

t.test('A27 the key is chosen from the header segment alone', async (t) => {
  const seen: unknown[] = []
  const opened = openJws(GOOD_TOKEN, (...args: unknown[]) => {
    seen.push(args)
    return RECORD
  })
  t.strictSame(seen, [[header]])
  t.strictSame(opened, { payload, record: RECORD })
})

t.test(
  'A28 MACs are compared by timingSafeEqual, as buffers of equal length, and by their text',
  async (t) => {
    const compare = crypto.timingSafeEqual
    const lengths: number[][] = []
    crypto.timingSafeEqual = (a, b) => {
      lengths.push([a.byteLength, b.byteLength])
      return compare(a, b)
    }
    syncBuiltinESMExports()
    t.teardown(() => {
      crypto.timingSafeEqual = compare
      syncBuiltinESMExports()
    })
    const text = `${header}.${payload}`
    t.equal(hmacMatches(RECORD.key, text, signature), true)
    t.equal(hmacMatches(RECORD.key, text, 'A'.repeat(43)), false)
    // The same characters for whoever looks at their lower eight bits only.
    const folded = String.fromCharCode(...[...signature].map((char) => char.charCodeAt(0) + 0x100))
    t.equal(hmacMatches(RECORD.key, text, folded), false)
    t.equal(hmacMatches(RECORD.key, text, signature.slice(1)), false)
    t.equal(hmacMatches(RECORD.key, text, `${signature}=`), false)
    t.strictSame(lengths, [
      [43, 43],
      [43, 43],
      [43, 43],
    ])
  },
)

const master = Buffer.from(
  '6d61737465722d6d61737465722d6d61737465722d6d61737465722d21212121',
  'hex',
)
const facts = { master, ...binding, alg: 'HS256', generation: 1 } as const
const bytesOf = (record: { key: crypto.KeyObject }) => record.key.export().toString('hex')

/** RFC 5869 with one block of output, written down again: extract, then expand. */
function hkdfByHand(fields: readonly string[]): string {
  const prk = createHmac('sha256', Buffer.alloc(32)).update(master).digest()
  const expand = createHmac('sha256', prk)
  for (const field of fields) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(field))
    expand.update(length).update(field)
  }
  return expand.update(Buffer.from([1])).digest('hex')
}

t.test('the key of a service is HKDF over its fields, each after its length', async (t) => {
  const record = deriveServiceKey(facts)
  t.equal(bytesOf(record), hkdfByHand(['latchkey/at/v1', ISSUER, AUDIENCE, 'HS256', '1']))
  t.equal(
    bytesOf(record),
    'b77b19ff192afe76c780c9e2753c068ea385e2df6d1c519c6db3287d073daa75',
    'a fixed point for other implementations',
  )
  t.match(record, { ...binding, alg: 'HS256', state: 'active' })
  t.equal(record.signingKey, record.key)
  const fromKeyObject = deriveServiceKey({ ...facts, master: createSecretKey(master) })
  t.equal(bytesOf(fromKeyObject), bytesOf(record))
  const long = 'https://a.example/\u00fc'
  const wide = deriveServiceKey({ ...facts, audience: long, generation: 12 })
  t.equal(bytesOf(wide), hkdfByHand(['latchkey/at/v1', ISSUER, long, 'HS256', '12']), 'bytes count')
})

t.test('every field of a service key matters, and none runs into the next', async (t) => {
  const variants = [
    facts,
    { ...facts, master: Buffer.alloc(32, 1) },
    { ...facts, issuer: `${ISSUER}/` },
    { ...facts, audience: `${AUDIENCE}/` },
    { ...facts, generation: 2 },
    { ...facts, issuer: 'a', audience: 'bc' },
    { ...facts, issuer: 'ab', audience: 'c' },
    { ...facts, issuer: '', audience: 'abc' },
    { ...facts, audience: `${AUDIENCE}\u0000` },
  ]
  t.equal(
    new Set(variants.map((variant) => bytesOf(deriveServiceKey(variant)))).size,
    variants.length,
  )
  const labels = [
    'latchkey/at/v1',
    '',
    'latchkey/refresh/v1',
    'latchkey/at/v1\u0000\u0000\u0000\u0017',
  ]
  const keys = labels.map((label) => deriveKey(master, label).export().toString('hex'))
  t.equal(keys[2], hkdfByHand(['latchkey/refresh/v1']))
  t.equal(new Set([...keys, bytesOf(deriveServiceKey(facts))]).size, labels.length + 1)
})

t.test(
  'the kid of a service key is readable, unique per audience, and tells nothing of the key',
  async (t) => {
    const kidOf = (audience: string, change = {}) =>
      deriveServiceKey({ ...facts, audience, ...change }).kid
    t.match(kidOf(AUDIENCE), /^orders\.example\.com\.[A-Za-z0-9_-]{12}\.1$/)
    t.match(kidOf(AUDIENCE, { generation: 2 }), /\.2$/)
    t.equal(kidOf(AUDIENCE, { master: Buffer.alloc(32, 1) }), kidOf(AUDIENCE))
    const alike = [
      'https://a.example/x',
      'http://a.example/x',
      'https://a.example-x',
      'HTTPS://A.EXAMPLE/X',
      'a.example x',
      'a.example x ',
      '订单',
      '报告',
      '',
      '---',
      'x'.repeat(300),
      `${'x'.repeat(300)}y`,
    ]
    const kids = alike.map((audience) => kidOf(audience, { generation: Number.MAX_SAFE_INTEGER }))
    t.equal(new Set(kids).size, alike.length)
    for (const kid of kids) t.match(kid, /^[A-Za-z0-9._-]{1,64}$/)
  },
)

t.test('what cannot be derived from is refused', async (t) => {
  for (const generation of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    t.throws(() => deriveServiceKey({ ...facts, generation }), { code: 'key-generation' })
  }
  t.throws(() => deriveServiceKey({ ...facts, audience: 'a'.repeat(1000) }), {
    code: 'key-context-long',
  })
  t.equal(deriveKey(master, 'a'.repeat(1020)).symmetricKeySize, 32)
  t.throws(() => deriveKey(master, 'a'.repeat(1021)), { code: 'key-context-long' })
})

t.test('keys of every length around a block give the MACs of everybody else', async (t) => {
  for (const bytes of [32, 33, 63, 64, 65, 128]) {
    const key = createSecretKey(Buffer.alloc(bytes, 'k'))
    const expected = createHmac('sha256', key).update('text').digest('base64url')
    t.equal(hmacSha256(key, 'text'), expected, `${bytes} bytes`)
  }
})

t.test('keys take turns, and one that is refused leaves the one before it as it was', async (t) => {
  const keys = [32, 65, 33].map((bytes) => createSecretKey(Buffer.alloc(bytes, bytes)))
  const short = createSecretKey(Buffer.alloc(31))
  for (const key of [...keys, ...keys.toReversed()]) {
    const expected = createHmac('sha256', key).update('text').digest('base64url')
    t.equal(hmacSha256(key, 'text'), expected, 'in its turn')
    t.throws(() => hmacSha256(short, 'text'), { code: 'hmac-key-short' })
    t.equal(hmacSha256(key, 'text'), expected, 'after one that is too short')
  }
})

t.test('a text that does not fit is never cut', async (t) => {
  const digest = (length: number) =>
    createHmac('sha256', RECORD.key).update('x'.repeat(length)).digest('base64url')
  for (const length of [0, 1, 8191, 8192]) {
    t.equal(hmacSha256(RECORD.key, 'x'.repeat(length)), digest(length), `${length} characters`)
  }
  t.throws(() => hmacSha256(RECORD.key, 'x'.repeat(8193)), RangeError)
})

t.test('a key map holds each kid once, and only keys that fit', async (t) => {
  t.throws(() => keyMap([RECORD, { ...edRecord, kid: KID }]), { code: 'key-kid-twice' })
  for (const kid of ['', 'a b', 'a/b', 'ключ', 'a\n', 'k'.repeat(65)]) {
    t.throws(() => keyMap([{ ...RECORD, kid }]), { code: 'key-kid' }, JSON.stringify(kid))
  }
  t.equal(keyMap([{ ...RECORD, kid: 'k'.repeat(64) }]).size, 1)
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey
  const x25519 = generateKeyPairSync('x25519').publicKey
  const misfits = [
    recordOf('RS256', rsa.privateKey),
    recordOf('RS256', pss),
    recordOf('RS256', ec.publicKey),
    recordOf('ES256', ed.publicKey),
    recordOf('ES256', p384),
    recordOf('EdDSA', x25519),
    recordOf('EdDSA', RECORD.key),
    recordOf('HS256', ed.publicKey),
  ]
  for (const record of misfits) {
    t.throws(
      () => keyMap([record]),
      { code: 'key-kind' },
      `${record.alg} ${record.key.asymmetricKeyType}`,
    )
  }
})

t.test('a key comes over the feed as a secret or as a public key', async (t) => {
  const feedKey = { kid: KID, alg: 'HS256', state: 'pending' } as const
  const k = RECORD.key.export().toString('base64url')
  const shared = keyRecordOf({ ...feedKey, k }, binding)
  t.match(shared, { kid: KID, alg: 'HS256', state: 'pending', ...binding })
  t.equal(verifyJws(GOOD_TOKEN, shared).kind, 'valid')
  const [jwk = {}] = publicJwks([edRecord]).keys
  t.ok(keyRecordOf({ ...feedKey, alg: 'EdDSA', jwk }, binding).key.equals(ed.publicKey))
  t.throws(() => keyRecordOf(feedKey, binding), { code: 'feed-key' })
  t.throws(() => keyRecordOf({ ...feedKey, k: `${k}=` }, binding), { code: 'feed-key' })
  t.throws(() => keyRecordOf({ ...feedKey, alg: 'EdDSA', k }, binding), { code: 'jwk-kty' })
  t.throws(() => keyRecordOf({ ...feedKey, kid: 'a b', k }, binding), { code: 'key-kid' })
})
