import { generateKeyPairSync } from 'node:crypto'
import type { IssuerMessage } from '@latchkey/protocol'
import t from 'tap'
import { FEED_CODECS } from '../src/codec.ts'
import { parseIssuerFrame } from '../src/parse-issuer-frame.ts'

type Change = Record<string, unknown>

const parse = (text: string) => parseIssuerFrame(FEED_CODECS.text.decode(text))
const parseBinary = (message: object) =>
  parseIssuerFrame(FEED_CODECS.binary.decode(FEED_CODECS.binary.encode(message as IssuerMessage)))

const entry = (change: Change = {}) => ({
  ...{ p: 0, o: 5, k: 'user', v: 'u_ada', x: 1_900_000_000, d: 'ab' },
  ...change,
})
const position = (change: Change = {}) => ({ p: 0, epoch: 1, offset: 5, digest: 'ab', ...change })
const jwe = (ciphertext: string) => `h..${'i'.repeat(16)}.${ciphertext}.${'t'.repeat(22)}`
const secret = (change: Change = {}) => ({
  ...{ kid: 'orders.1', alg: 'HS256', state: 'active', jwe: jwe('A'.repeat(43)) },
  ...change,
})
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ec = pair.publicKey.export({ format: 'jwk' })
const published = (change: Change = {}) => ({
  ...{ kid: 'orders.2', alg: 'ES256', state: 'pending', jwk: ec },
  ...change,
})

const keys = (...list: unknown[]) => ({ t: 'keys', keys: list })
const entries = (...list: unknown[]) => ({ t: 'entries', epoch: 1, entries: list })
const snapshot = (change: Change = {}) => ({
  ...{ t: 'snapshot', position: position(), entries: [entry()], first: true, more: false },
  ...change,
})
const lease = (change: Change = {}) => ({
  ...{ t: 'lease', id: 3, positions: [position()], ageMs: 12.5, ttlMs: 5000 },
  ...change,
})

const catalogue = (change: Change = {}) => ({
  ...{
    t: 'catalogue',
    id: 4,
    version: 'v'.repeat(16),
    numbers: [7, 0],
    heads: [[8, 'A'.repeat(16)]],
  },
  ...change,
})

t.test('a well-formed message is read as it was meant', async (t) => {
  const rows = [
    keys(),
    keys(secret(), published()),
    keys(secret({ jwe: jwe(`${'_'.repeat(42)}8`) })),
    entries(),
    entries(entry(), entry({ o: 6, k: 'all', v: '' }), entry({ o: 7, k: 'none', v: '' })),
    entries(entry({ v: 'ü '.repeat(1024) })),
    entries(entry({ r: 'sign_out' })),
    snapshot(),
    snapshot({ entries: [], first: false, more: true, position: position({ digest: '' }) }),
    lease(),
    lease({ ageMs: 0, ttlMs: 60_000 }),
    catalogue(),
    catalogue({ numbers: [], heads: [], old: true }),
    { t: 'bye', reason: 'issuer stops', retry: true },
  ]
  for (const message of rows) {
    const outcome = parse(JSON.stringify(message))
    const name = JSON.stringify(message).slice(0, 60)
    t.same(outcome, { kind: 'message', message }, name)
    t.same(parseBinary(message), { kind: 'message', message }, `${name} as MessagePack`)
  }
})

t.test('what a newer issuer adds is skipped', async (t) => {
  for (const r of ['full_moon', 7, null]) {
    t.same(parse(JSON.stringify(entries(entry({ r })))), {
      kind: 'message',
      message: entries(entry()),
    })
  }
  t.same(parse('{"t":"weather","sun":[1,{"a":2}]}'), {
    kind: 'unknown',
    type: 'weather',
  })
  for (const type of ['__proto__', 'constructor', 'toString', '']) {
    t.same(parse(JSON.stringify({ t: type })), { kind: 'unknown', type }, type)
  }
  const outcome = parse(JSON.stringify({ ...lease(), moon: 1 }))
  t.same(outcome, { kind: 'message', message: lease() }, 'a member that it does not know')
})

t.test('a message of a known type with any other shape is bad', async (t) => {
  const rows: [string, Change][] = [
    ['entries without epoch', { t: 'entries', entries: [] }],
    ['entries of two partitions', entries(entry(), entry({ p: 1, o: 6 }))],
    ['a kind of entry that it cannot apply', entries(entry({ k: 'tenant' }))],
    ['an inherited name as kind', entries(entry({ k: 'constructor' }))],
    ['an entry that names nothing', entries(entry({ v: '' }))],
    ['an `all` that names something', entries(entry({ k: 'all' }))],
    ['a `none` that names something', entries(entry({ k: 'none' }))],
    ['a value that is too long', entries(entry({ v: 'x'.repeat(2049) }))],
    ['a value that is no text', entries(entry({ v: 7 }))],
    ['an offset of 0', entries(entry({ o: 0 }))],
    ['a negative offset', entries(entry({ o: -1 }))],
    ['an offset beyond what a double holds', entries(entry({ o: 2 ** 53 }))],
    ['an offset with a fraction', entries(entry({ o: 5.5 }))],
    ['an offset as text', entries(entry({ o: '5' }))],
    ['a partition out of range', entries(entry({ p: 1024 }))],
    ['a digest that is no hex', entries(entry({ d: 'xyz' }))],
    ['a digest that is too long', entries(entry({ d: 'a'.repeat(65) }))],
    ['no second of expiry', entries(entry({ x: null }))],
    ['an entry that is no object', entries(['p', 0])],
    ['a snapshot with an entry of another partition', snapshot({ entries: [entry({ p: 1 })] })],
    ['a snapshot with an entry behind its position', snapshot({ entries: [entry({ o: 6 })] })],
    ['a snapshot that does not say whether more follows', snapshot({ more: undefined })],
    ['a snapshot with a flag as number', snapshot({ first: 1 })],
    ['a snapshot without position', snapshot({ position: null })],
    ['a lease for nothing', lease({ positions: [] })],
    ['a lease of negative age, which would stretch it', lease({ ageMs: -0.1 })],
    ['a lease of an age that is no number', lease({ ageMs: '0' })],
    ['a lease of more than a minute', lease({ ttlMs: 60_001 })],
    ['a lease of no time', lease({ ttlMs: 0 })],
    ['a lease without number', lease({ id: undefined })],
    ['keys that are no list', { t: 'keys', keys: {} }],
    ['the same kid twice', keys(secret(), secret())],
    ['a kid with a slash', keys(secret({ kid: '../1' }))],
    ['a kid that is too long', keys(secret({ kid: 'k'.repeat(65) }))],
    ['a secret of 31 bytes', keys(secret({ jwe: jwe('A'.repeat(42)) }))],
    [
      'a secret with an encrypted key',
      keys(secret({ jwe: jwe('A'.repeat(43)).replace('..', '.A.') })),
    ],
    ['a secret that nobody wrapped', keys(secret({ jwe: undefined, k: 'A'.repeat(43) }))],
    ['a secret beside a JWK', keys(secret({ jwk: ec }))],
    ['a public key beside a secret', keys(published({ jwe: jwe('A'.repeat(43)) }))],
    ['a private key', keys(published({ jwk: pair.privateKey.export({ format: 'jwk' }) }))],
    ['a symmetric key as JWK', keys(published({ jwk: { ...ec, k: 'AA' } }))],
    ['a key of another type than its algorithm', keys(published({ alg: 'RS256' }))],
    ['an HS256 key as JWK', keys(published({ alg: 'HS256' }))],
    ['an unknown algorithm', keys(published({ alg: 'none' }))],
    ['an unknown state', keys(secret({ state: 'retired' }))],
    ['a catalogue without id', catalogue({ id: undefined })],
    ['a catalogue without version', catalogue({ version: undefined })],
    ['a negative number', catalogue({ numbers: [-1] })],
    ['more numbers than routes', catalogue({ numbers: Array(4097).fill(1) })],
    ['a head of no length', catalogue({ heads: [[0, 'A'.repeat(16)]] })],
    ['a head without hash', catalogue({ heads: [[3, '']] })],
    ['a head of three', catalogue({ heads: [[3, 'A'.repeat(16), 1]] })],
    ['65 heads', catalogue({ heads: Array(65).fill([3, 'A'.repeat(16)]) })],
    ['a catalogue that is old in another way', catalogue({ old: 1 })],
    ['a goodbye that does not say whether to retry', { t: 'bye', reason: 'x' }],
  ]
  for (const [name, message] of rows) {
    const outcome = parse(JSON.stringify(message))
    t.same(outcome, { kind: 'bad', fault: 'shape', type: message['t'] }, name)
  }
})

t.test('a text that is no single clear JSON object with a type is bad (attack K14)', async (t) => {
  const nested = (levels: number) =>
    `{"t":"weather","deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  const rows: [string, string, string][] = [
    ['nothing', '', 'not_json'],
    ['half an object', '{"t":"lease"', 'not_json'],
    ['something behind it', '{"t":"x"}{"t":"x"}', 'not_json'],
    ['a byte order mark', '\ufeff{"t":"x"}', 'not_json'],
    ['a comment', '{"t":"x"/**/}', 'not_json'],
    ['NaN', '{"t":"x","a":NaN}', 'not_json'],
    ['a member twice', '{"t":"x","t":"y"}', 'duplicate_member'],
    ['a member twice further down', '{"t":"x","a":[{"b":1,"b":2}]}', 'duplicate_member'],
    ['a member twice, spelled differently', '{"t":"x","\\u0074":"y"}', 'duplicate_member'],
    ['seventeen levels', nested(17), 'too_deep'],
    ['a million levels', '['.repeat(1e6), 'too_deep'],
    ['a list', '[{"t":"x"}]', 'no_type'],
    ['null', 'null', 'no_type'],
    ['no type', '{}', 'no_type'],
    ['a type that is no text', '{"t":1}', 'no_type'],
    ['a type that is too long', JSON.stringify({ t: 'x'.repeat(33) }), 'no_type'],
  ]
  for (const [name, text, fault] of rows) {
    t.same(parse(text), { kind: 'bad', fault, type: undefined }, name)
  }
  t.same(parse(nested(16)), { kind: 'unknown', type: 'weather' }, 'sixteen levels')
  const colons = '{"t":"weather","a:b":"\\"::{[\\\\","c":{"d":"x:y"}}'
  t.same(parse(colons), { kind: 'unknown', type: 'weather' }, 'colons inside texts')
})
