import { FEED_CODECS } from '@latchkey/feed'
import type { EntryKind, LogEntry } from '@latchkey/protocol'
import t from 'tap'
import { entryFor } from '../src/feed/audience-filter.ts'
import { parseVerifierMessage } from '../src/feed/verifier-message.ts'

const audience = 'https://a.example'
const REFUSED = {
  ...{ at: 1_800_000_000, status: 401, reason: 'expired', method: 'GET', leaseMs: 12.5 },
  positions: [{ p: 0, epoch: 1, offset: 2 }],
}
const parse = (text: string) => parseVerifierMessage(FEED_CODECS.text.decode(text))

function entry(o: number, k: EntryKind, v: string): LogEntry {
  return { p: 0, o, k, v, x: 2_000_000_000, d: `d${o}` }
}

t.test('a service is told only what can concern it', async (t) => {
  const cases: [EntryKind, string, boolean][] = [
    ['session', 's0_x', true],
    ['user', 'u_1', true],
    ['client', 'app', true],
    ['token', 'jti', true],
    ['all', '', true],
    ['service', audience, true],
    ['service', 'https://b.example', false],
    ['stale', 'u_1', true],
    ['stale', 'svc:app', true],
    ['stale', audience, true],
    ['stale', 'https://b.example', false],
  ]
  for (const [kind, value, told] of cases) {
    t.test(`${kind} ${value}`, async (t) => {
      const original = entry(1, kind, value)
      t.strictSame(
        entryFor(audience, original),
        told ? original : { ...original, k: 'none', v: '' },
      )
    })
  }
})

t.test('a service learns why its tokens end, and not whose they were', async (t) => {
  const cases: [EntryKind, string, string | undefined, Partial<LogEntry>][] = [
    ['token', 'jti', undefined, { k: 'token', v: 'jti', r: 'admin' }],
    ['token', 'jti', audience, { k: 'token', v: 'jti', r: 'admin' }],
    ['token', 'jti', 'https://b.example', { k: 'none', v: '' }],
    ['session', 's0_x', undefined, { k: 'session', v: 's0_x', r: 'admin' }],
    ['user', 'u_1', undefined, { k: 'user', v: 'u_1', r: 'admin' }],
    ['client', 'app', undefined, { k: 'client', v: 'app' }],
    ['stale', 'u_1', undefined, { k: 'stale', v: 'u_1' }],
    ['service', 'https://b.example', undefined, { k: 'none', v: '' }],
  ]
  for (const [k, v, a, told] of cases) {
    t.test(`${k} ${v} of ${a ?? 'any audience'}`, async (t) => {
      const place = { p: 0, o: 1, x: 2_000_000_000, d: 'd1' }
      const logged = { ...place, k, v, r: 'admin', s: 'u_1', ...(a && { a }) } as const
      t.strictSame(entryFor(audience, logged), { ...place, ...told })
    })
  }
})

t.test('attacks K7, K14: frames of verifiers are parsed strictly', async (t) => {
  const instance = 'a'.repeat(22)
  const hello = { t: 'hello', v: 1, service: 'x', instance, positions: [] }
  const good = [
    { t: 'hello', v: 1, service: audience, instance, positions: [] },
    {
      t: 'hello',
      v: 1,
      service: audience,
      instance,
      positions: [{ p: 0, epoch: 1, offset: 2, digest: 'x' }],
    },
    { t: 'hello', v: 1, service: audience, instance, positions: [], version: 'v'.repeat(16) },
    { t: 'routes', id: 1, routes: [{ method: 'GET', pattern: '/a' }] },
    { t: 'routes', id: 2, again: true, routes: [{ method: 'GET', pattern: '/a', public: false }] },
    { t: 'ack', p: 0, epoch: 1, offset: 2 },
    { t: 'lease?', id: 1 },
    { t: 'resync', positions: [] },
    { t: 'held', kids: ['a-example.hJ3K.1', 'b'] },
    { t: 'held', kids: [] },
    { t: 'refused', id: 1, refused: [] },
    {
      t: 'refused',
      id: 1,
      refused: [REFUSED, { ...REFUSED, route: '/a', jti: 'j', sub: 'u_1', sid: 's' }],
    },
  ]
  for (const message of good) {
    t.test(`${message.t} is read`, async (t) => {
      t.strictSame(parse(JSON.stringify(message)), message)
    })
  }
  const bad = [
    'no JSON',
    '[]',
    'null',
    '{"t":"lease?","id":1,"id":2}',
    `{"t":"lease?","id":1,"deep":${'['.repeat(16)}${']'.repeat(16)}}`,
    '{"t":"keys"}',
    JSON.stringify({ ...hello, v: 2 }),
    JSON.stringify({ ...hello, service: 7 }),
    JSON.stringify({ ...hello, positions: {} }),
    JSON.stringify({ ...hello, instance: undefined }),
    JSON.stringify({ ...hello, instance: 'a'.repeat(21) }),
    JSON.stringify({ ...hello, instance: `${'a'.repeat(21)}.` }),
    '{"t":"held","kids":"a"}',
    '{"t":"held","kids":["a b"]}',
    '{"t":"held","kids":[7]}',
    JSON.stringify({ t: 'held', kids: Array(65).fill('a') }),
    '{"t":"ack","p":0,"epoch":1,"offset":-1}',
    '{"t":"ack","p":0,"epoch":1,"offset":9007199254740992}',
    '{"t":"ack","p":0,"epoch":1,"offset":"2"}',
    '{"t":"ack","p":0,"epoch":1,"offset":1.5}',
    '{"t":"lease?"}',
    JSON.stringify({ t: 'refused', refused: [] }),
    JSON.stringify({ t: 'refused', id: 1, refused: Array(9).fill(REFUSED) }),
    ...[
      { at: -1 },
      { status: 1000 },
      { reason: 'Any text' },
      { method: 'get' },
      { route: 'x'.repeat(513) },
      { sub: 'a\u001b[2J' },
      { jti: 'x'.repeat(256) },
      { leaseMs: -1 },
      { positions: Array(65).fill({ p: 0, epoch: 1, offset: 1 }) },
      { positions: undefined },
    ].map((change) =>
      JSON.stringify({ t: 'refused', id: 1, refused: [{ ...REFUSED, ...change }] }),
    ),
    JSON.stringify({ ...hello, version: 'v' }),
    '{"t":"routes","routes":[]}',
    '{"t":"routes","id":1,"again":false,"routes":[]}',
    '{"t":"routes","id":1,"routes":[{"method":"GET","pattern":"/a","public":1}]}',
    '{"t":"routes","id":1,"routes":[{"method":"get","pattern":"/a"}]}',
    '{"t":"routes","id":1,"routes":[{"method":"GET"}]}',
    JSON.stringify({
      t: 'routes',
      id: 1,
      routes: Array(4097).fill({ method: 'GET', pattern: '/a' }),
    }),
    JSON.stringify({
      ...hello,
      positions: [{ p: 0, epoch: 1, offset: 1, digest: 'x'.repeat(65) }],
    }),
  ]
  for (const text of bad) {
    t.test(`${text.slice(0, 80)} is refused`, async (t) => t.equal(parse(text), undefined))
  }
})
