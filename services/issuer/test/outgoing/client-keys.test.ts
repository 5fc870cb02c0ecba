/** Attack I5, and what else can happen to the keys of clients. RFC 7517 section 5, RFC 7591 section 2. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { clientKeys } from '../../src/outgoing/client-keys.ts'
import { fetchedKeySets } from '../../src/outgoing/fetched-key-sets.ts'
import type { GuardedRequest, OutgoingOutcome } from '../../src/outgoing/guarded-request.ts'

const ec = (kid: string, more: object = {}) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, ...more } }
}
const one = ec('one')
const two = ec('two')
const ES256 = (kid?: string) => ({ kid, alg: 'ES256' }) as const
const URI = 'https://app.example/jwks'
const OWNER = { id: 'app', jwksUri: URI }

const answered = (body: unknown, cacheControl = '', status = 200): OutgoingOutcome => ({
  kind: 'answered',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cacheControl,
})
type Jwk = Readonly<Record<string, unknown>>
const setOf = (...keys: { jwk: Jwk }[]) => ({ keys: keys.map(({ jwk }) => jwk) })

/** Keys behind an address that answers as told, with a clock moved by hand. */
function scene(answer: OutgoingOutcome) {
  const times = { ms: 0 }
  const asked: Parameters<GuardedRequest>[0][] = []
  const warned: object[] = []
  const at = { answer, gate: Promise.resolve() }
  const keySets = fetchedKeySets({
    request: async (request) => {
      asked.push(request)
      await at.gate
      return at.answer
    },
    clock: { monotonicMs: () => times.ms },
    log: { warn: (facts) => void warned.push(facts) },
  })
  const { find } = clientKeys({ keySets })
  return {
    at,
    asked,
    warned,
    find,
    pass: (seconds: number) => {
      times.ms += seconds * 1000
    },
    /** The keys that are found, as the outcome's kind when there are none. */
    found: async (kid?: string, owner: Parameters<typeof find>[0] = OWNER) => {
      const outcome = await find(owner, ES256(kid))
      return outcome.kind === 'found' ? outcome.keys.map((key) => key.kid) : outcome.kind
    },
  }
}

t.test('registered keys are taken by kid and algorithm, and nothing is fetched', async (t) => {
  const { find, found, asked } = scene(answered({}))
  const owner = { id: 'app', jwks: setOf(one, two) }
  t.strictSame(await found('two', owner), ['two'])
  t.strictSame(await found(undefined, owner), ['one', 'two'])
  t.equal(await found('three', owner), 'none')
  t.equal((await find(owner, { kid: 'one', alg: 'RS256' })).kind, 'none', 'pinned algorithm')
  t.equal(await found('one', { id: 'app' }), 'none')
  t.equal(asked.length, 0)
})

t.test('a fetched set is asked for as such, and its keys are the keys', async (t) => {
  const { find, asked } = scene(answered(setOf(one)))
  const outcome = await find(OWNER, ES256('one'))
  const key = outcome.kind === 'found' ? outcome.keys[0]?.key : undefined
  t.ok((key as KeyObject).equals(one.publicKey))
  t.strictSame(asked, [{ uri: URI, mediaTypes: ['application/jwk-set+json', 'application/json'] }])
})

t.test('what is remembered, and for how long', async (t) => {
  const lives: [cacheControl: string, seconds: number][] = [
    ['', 300],
    ['no-store', 300],
    ['max-age=1', 300],
    ['public, max-age=301', 301],
    ['max-age=3600', 3600],
    ['Max-Age=3601', 3600],
    ['max-age=99999999', 3600],
    ['s-maxage=900', 300],
    ['max-age=9999999999', 300],
  ]
  for (const [cacheControl, seconds] of lives) {
    const { found, asked, pass } = scene(answered(setOf(one), cacheControl))
    await found('one')
    pass(seconds - 0.001)
    await found('one')
    t.equal(asked.length, 1, `${cacheControl}: fresh for ${seconds} s`)
    pass(0.001)
    await found('one')
    t.equal(asked.length, 2, `${cacheControl}: not longer`)
  }
})

t.test(
  'attack I5: a new key is found at once, a storm of unknown ones is not passed on',
  async (t) => {
    const { at, asked, found, pass } = scene(answered(setOf(one), 'max-age=3600'))
    await found('one')
    at.answer = answered(setOf(one, two))
    t.equal(await found('two'), 'none', 'looked at a moment ago')
    pass(60)
    t.strictSame(await found('two'), ['two'])
    for (let i = 0; i < 1000; i++) await found(`unknown-${i}`)
    t.equal(asked.length, 2)
    pass(59.999)
    await found('unknown')
    t.equal(asked.length, 2)
    pass(0.001)
    await found('unknown')
    t.equal(asked.length, 3)
  },
)

t.test('attack I5: who asks at the same time shares one request', async (t) => {
  const { at, asked, found } = scene(answered(setOf(one)))
  let open = () => {}
  at.gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const all = Array.from({ length: 50 }, (_, i) => found(i % 2 === 0 ? 'one' : 'unknown'))
  open()
  const answers = await Promise.all(all)
  t.equal(answers.filter((answer) => answer === 'none').length, 25)
  t.equal(asked.length, 1)
})

t.test('another key under the same kid counts from the next look on', async (t) => {
  const other = ec('one')
  const { at, find, pass } = scene(answered(setOf(one)))
  const key = async () => {
    const outcome = await find(OWNER, ES256('one'))
    return outcome.kind === 'found' ? outcome.keys[0]?.key : undefined
  }
  await key()
  at.answer = answered(setOf(other))
  t.ok((await key())?.equals(one.publicKey))
  pass(300)
  t.ok((await key())?.equals(other.publicKey))
})

t.test('while the address fails the last keys go on, for an hour', async (t) => {
  const { at, asked, found, pass, warned } = scene(answered(setOf(one)))
  await found('one')
  at.answer = { kind: 'failed', why: 'ECONNREFUSED' }
  pass(300)
  t.strictSame(await found('one'), ['one'])
  t.strictSame(warned, [{ client: 'app', why: 'ECONNREFUSED' }])
  await found('one')
  t.equal(asked.length, 2, 'it is left alone for five seconds')
  pass(5)
  await found('one')
  t.equal(asked.length, 3)
  pass(3600 - 5 - 0.001)
  t.strictSame(await found('one'), ['one'])
  pass(0.001)
  t.equal(await found('one'), 'unavailable')
  at.answer = answered(setOf(one))
  pass(5)
  t.strictSame(await found('one'), ['one'])
})

t.test('a client that moves its keys elsewhere loses those of before', async (t) => {
  const { at, asked, found } = scene(answered(setOf(one)))
  await found('one')
  at.answer = { kind: 'failed', why: 'timeout' }
  t.equal(await found('one', { id: 'app', jwksUri: `${URI}/2` }), 'unavailable')
  t.strictSame(
    asked.map(({ uri }) => uri),
    [URI, `${URI}/2`],
  )
})

t.test("what is no key set is no key set, and private keys are nobody's any more", async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = { ...privateKey.export({ format: 'jwk' }), kid: 'one' }
  const cases: [name: string, answer: OutgoingOutcome, kind: unknown][] = [
    ['an error', answered(setOf(one), '', 500), 'unavailable'],
    ['a redirect', answered('', '', 302), 'unavailable'],
    ['no JSON', answered('<html>'), 'unavailable'],
    ['a list', answered([one.jwk]), 'unavailable'],
    ['null', answered('null'), 'unavailable'],
    ['keys that are no list', answered({ keys: { one: one.jwk } }), 'unavailable'],
    ['no keys', answered({ keys: [] }), 'none'],
    ['a private key', answered(setOf({ jwk: secret }, one)), 'none'],
    ['for encryption', answered(setOf(ec('one', { use: 'enc' }))), 'none'],
    ['for another algorithm', answered(setOf(ec('one', { alg: 'ES384' }))), 'none'],
    ['beside what nobody knows', answered(setOf({ jwk: { kty: 'AKP', kid: 'pq' } }, one)), ['one']],
    ['32 keys', answered(setOf(...Array.from({ length: 31 }, () => two), one)), ['one']],
    ['33 keys', answered(setOf(...Array.from({ length: 32 }, () => two), one)), 'none'],
  ]
  for (const [name, answer, kind] of cases) {
    t.strictSame(await scene(answer).found('one'), kind, name)
  }
})

t.test('only so many clients are remembered, those used last', async (t) => {
  const { asked, found } = scene(answered(setOf(one)))
  const use = (index: number) => found('one', { id: `app-${index}`, jwksUri: URI })
  for (let index = 0; index < 500; index++) await use(index)
  await use(0)
  await use(500)
  t.equal(asked.length, 501)
  await use(0)
  t.equal(asked.length, 501, 'used a moment ago')
  await use(1)
  t.equal(asked.length, 502, 'used longest ago')
})
