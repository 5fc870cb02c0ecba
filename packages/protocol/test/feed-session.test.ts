import { hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import t from 'tap'
import {
  type FeedSessionFacts,
  feedAuthorization,
  feedFrame,
  feedKeyOf,
  feedSession,
  isFeedProof,
  parseFeedAuthorization,
} from '../src/index.ts'

const SECRET = 'a-client-secret-of-32-characters'
const KEY = feedKeyOf('orders', SECRET)
const FACTS: FeedSessionFacts = {
  key: KEY,
  verifierNonce: 'v'.repeat(22),
  issuerNonce: 'i'.repeat(22),
  channel: 'latchkey.feed.v1',
}
const HS256_KEY = Buffer.alloc(32, 9).toString('base64url')

const pair = (other: Partial<FeedSessionFacts> = {}) => ({
  verifier: feedSession(FACTS, 'verifier'),
  issuer: feedSession({ ...FACTS, ...other }, 'issuer'),
})
const frame = (body: string | Uint8Array) => feedFrame('entries', body)

t.test('a proof opens what it was made for, and nothing else', async (t) => {
  const opening = {
    clientId: 'https://app.example/ü "x"',
    time: 1_795_406_400,
    nonce: 'n'.repeat(22),
  }
  const request = { channel: 'latchkey.feed.v1' }
  const header = feedAuthorization(KEY, opening, request)
  const parsed = parseFeedAuthorization(header)
  if (!parsed) throw new Error('unreadable')
  t.match(parsed, opening)
  t.notMatch(header, SECRET)
  t.ok(isFeedProof(KEY, parsed, request))
  const rows: [string, boolean][] = [
    ['another secret', isFeedProof(feedKeyOf('orders', `${SECRET}x`), parsed, request)],
    ['another client', isFeedProof(feedKeyOf('reports', SECRET), parsed, request)],
    ['another time', isFeedProof(KEY, { ...parsed, time: parsed.time + 1 }, request)],
    ['another nonce', isFeedProof(KEY, { ...parsed, nonce: 'm'.repeat(22) }, request)],
    ['another channel', isFeedProof(KEY, parsed, { channel: 'latchkey.feed.v1.bin' })],
    ['another body', isFeedProof(KEY, parsed, { ...request, body: '[]' })],
    ['a shorter MAC', isFeedProof(KEY, { ...parsed, mac: parsed.mac.slice(1) }, request)],
  ]
  for (const [name, isProof] of rows) t.notOk(isProof, name)
})

t.test('an opening is read in one spelling', async (t) => {
  const good = feedAuthorization(KEY, { clientId: 'a', time: 1, nonce: 'n'.repeat(22) }, FACTS)
  t.ok(parseFeedAuthorization(good))
  for (const bad of [
    good.replace('Latchkey-Feed', 'Basic'),
    good.replace('client="a"', 'client=""'),
    good.replace('client="a"', 'client="%ff"'),
    good.replace('client="a"', 'client="a", client="b"'),
    good.replace('client="a"', `client="${'a'.repeat(385)}"`),
    good.replace('time="1"', 'time="-1"'),
    good.replace('time="1"', 'time="1e9"'),
    good.replace('nonce="nn', 'nonce="n'),
    `${good} `,
    `${good}, x="y"`,
  ]) {
    t.equal(parseFeedAuthorization(bad), undefined, bad.slice(0, 90))
  }
})

t.test('frames arrive as they were sent, each with its own number', async (t) => {
  const { verifier, issuer } = pair()
  for (const body of ['{"t":"hello"}', 'ü 🔑', '', 'x'.repeat(100_000)]) {
    t.equal(issuer.open(verifier.seal(frame(body)) as string), body)
    t.equal(verifier.open(issuer.seal(frame(body)) as string), body)
  }
  const bytes = Buffer.from([0, 255, 1])
  t.same(issuer.open(verifier.seal(frame(bytes)) as Buffer), bytes)
  t.same(issuer.open(verifier.seal(frame(Buffer.alloc(0))) as Buffer), Buffer.alloc(0))
})

t.test('attack K6: what somebody in the middle does to a frame is noticed', async (t) => {
  const flip = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  const rows: [string, (sent: readonly string[]) => (string | undefined)[]][] = [
    ['another body', ([a = '']) => [flip(a, 30)]],
    ['another MAC', ([a = '']) => [flip(a, 0)]],
    ['no MAC', ([a = '']) => [a.slice(22)]],
    ['nothing', () => ['']],
    ['one left out', ([, b]) => [b]],
    ['one twice', ([a]) => [a, a]],
    ['in another order', ([a, b]) => [b, a]],
  ]
  for (const [name, attack] of rows) {
    const { verifier, issuer } = pair()
    const sent = ['{"t":"entries","a":1}', '{"t":"entries","a":2}'].map(
      (body) => issuer.seal(frame(body)) as string,
    )
    const received = attack(sent).map((sealed) => verifier.open(sealed ?? ''))
    t.ok(received.includes(undefined), name)
  }
  const { verifier, issuer } = pair()
  const sealed = verifier.seal(frame('{}')) as string
  t.equal(verifier.open(sealed), undefined, 'sent back to its sender')
  for (const other of [
    { verifierNonce: 'w'.repeat(22) },
    { issuerNonce: 'j'.repeat(22) },
    { channel: 'latchkey.feed.v1.bin' },
    { key: feedKeyOf('orders', `${SECRET}x`) },
  ]) {
    t.equal(pair(other).issuer.open(sealed), undefined, `of another session: ${Object.keys(other)}`)
  }
  t.equal(issuer.open(sealed), '{}')
})

t.test('RFC 7516: a wrapped key is a compact JWE as others make and read it', async (t) => {
  const { verifier, issuer } = pair()
  const wrapping = new Uint8Array(
    hkdfSync(
      'sha256',
      ...([
        KEY,
        FACTS.verifierNonce + FACTS.issuerNonce,
        'latchkey/feed/v1 latchkey.feed.v1 keys',
        32,
      ] as const),
    ),
  )
  const jwe = issuer.wrapKey('orders.1', HS256_KEY)
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, wrapping)
  t.same(protectedHeader, { alg: 'dir', enc: 'A256GCM', kid: 'orders.1' })
  t.same(Buffer.from(plaintext), Buffer.alloc(32, 9))
  const theirs = await new CompactEncrypt(Buffer.alloc(32, 9))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'orders.1' })
    .encrypt(wrapping)
  t.equal(verifier.unwrapKey('orders.1', theirs), HS256_KEY)
  t.not(issuer.wrapKey('orders.1', HS256_KEY), jwe, 'no nonce is used twice')

  const [header = '', , iv = '', text = '', tag = ''] = jwe.split('.')
  const none = Buffer.from('{"alg":"none","kid":"orders.1"}').toString('base64url')
  for (const [name, kid, bad] of [
    ['another kid', 'orders.2', jwe],
    ['another header', 'orders.1', [none, '', iv, text, tag].join('.')],
    ['an encrypted key', 'orders.1', [header, 'AAAA', iv, text, tag].join('.')],
    ['another ciphertext', 'orders.1', [header, '', iv, 'A'.repeat(43), tag].join('.')],
    ['another tag', 'orders.1', [header, '', iv, text, 'A'.repeat(22)].join('.')],
    ['a shorter tag', 'orders.1', [header, '', iv, text, tag.slice(0, 6)].join('.')],
    ['no JWE', 'orders.1', HS256_KEY],
  ] as const) {
    t.equal(verifier.unwrapKey(kid, bad), undefined, name)
  }
  const other = pair({ issuerNonce: 'j'.repeat(22) })
  t.equal(other.issuer.unwrapKey('orders.1', jwe), undefined, 'of another session')
})
