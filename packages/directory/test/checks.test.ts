import type { InputError } from '@latchkey/protocol'
import t from 'tap'
import { atMost, distinctTexts } from '../src/checks/at-most.ts'
import { checkAudience } from '../src/checks/audience.ts'
import { checkDetail } from '../src/checks/audit-detail.ts'
import { checkGrants } from '../src/checks/grants.ts'
import { nearest } from '../src/checks/nearest.ts'
import { checkRedirectUri } from '../src/checks/redirect-uri.ts'
import { checkRoute } from '../src/checks/service.ts'
import { cleanText, quoted } from '../src/checks/text.ts'
import { checkUsername, fold, usernameKey } from '../src/checks/username.ts'
import { checkWebUri } from '../src/checks/web-uri.ts'
import { within } from '../src/checks/within.ts'
import { INVALID_REDIRECT_URIS, VALID_REDIRECT_URIS } from './fixtures/redirect-uris.ts'

t.test('redirect URIs that may be registered', (t) => {
  for (const [rule, uri] of VALID_REDIRECT_URIS) {
    t.doesNotThrow(() => checkRedirectUri(uri, 'redirectUris[0]'), rule)
  }
  t.end()
})

t.test('redirect URIs that could never be safe', (t) => {
  for (const [rule, uri] of INVALID_REDIRECT_URIS) {
    const refused = { name: 'InputError', code: 'redirect-uri', where: 'redirectUris[0]' }
    t.throws(() => checkRedirectUri(uri, 'redirectUris[0]'), refused, rule)
  }
  t.end()
})

t.test('URIs of pages and endpoints are web URIs under the same rules', (t) => {
  for (const [rule, uri] of VALID_REDIRECT_URIS) {
    const isWeb = uri.startsWith('http')
    if (isWeb) t.doesNotThrow(() => checkWebUri(uri, 'x', 'logout-uri'), rule)
    else t.throws(() => checkWebUri(uri, 'x', 'logout-uri'), { code: 'logout-uri' }, rule)
  }
  for (const [rule, uri] of INVALID_REDIRECT_URIS) {
    t.throws(() => checkWebUri(uri, 'x', 'logout-uri'), { code: 'logout-uri' }, rule)
  }
  t.end()
})

t.test('RFC 8707 section 2: audiences are absolute URIs without fragment', (t) => {
  const valid = [
    'https://reports.example',
    'http://b.localhost:4002',
    'http://reports.internal/api?v=1',
    'urn:example:reports',
    'tag:example.org,2026:reports',
    `https://${'x'.repeat(248)}`,
  ]
  const invalid = [
    '',
    'reports',
    '/reports',
    'https://reports.example#x',
    'https://user@reports.example',
    'https://reports.example/a b',
    'https://reports.example/\n',
    'https://rep\\orts.example',
    'https://',
    'svc:orders',
    'SVC:orders',
    'u_01:x',
    `https://${'x'.repeat(249)}`,
  ]
  for (const audience of valid) t.doesNotThrow(() => checkAudience(audience, 'audience'), audience)
  for (const audience of invalid) {
    t.throws(() => checkAudience(audience, 'audience'), { code: 'audience' }, quoted(audience))
  }
  t.end()
})

t.test(
  'attacks B12, G7: user names that look alike are one, and what cannot be seen is none',
  (t) => {
    const one: [string, ...string[]][] = [
      [
        'admin',
        'ADMIN',
        'Admin',
        'ａｄｍｉｎ',
        'ⓐdmin',
        '𝐚𝐝𝐦𝐢𝐧',
        'admın',
        'admİn'.replace('İ', 'I'),
      ],
      ['strasse', 'straße', 'STRASSE', 'STRAẞE'],
      ['josé', 'jose\u0301', 'JOSÉ'],
      ['ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύσ'],
      ['ﬁnn', 'finn', 'FINN'],
      ['a b', 'a\u00a0b', 'a\u3000b', 'A B'],
      ['mark²', 'mark2'],
    ]
    for (const [name, ...twins] of one) {
      for (const twin of twins) t.equal(usernameKey(twin), usernameKey(name), `${twin} is ${name}`)
    }
    const keys = one.map(([name]) => usernameKey(name))
    t.equal(new Set(keys).size, one.length)

    const none = [
      '',
      ' ',
      'admin ',
      ' admin',
      '\u00a0admin',
      'a  b',
      'ad\u0000min',
      'ad\tmin',
      'admin\r\n',
      'ad\u001b[31mmin',
      'ad\u0085min',
      'ad\u202emin',
      'ad\u2066min',
      'ad\u200bmin',
      'ad\u200dmin',
      'ad\u00admin',
      'ad\ufe0fmin',
      'ad\u3164min',
      'ad\u2028min',
      'ad\ue000min',
      'ad\u0378min',
      '\ud800',
      'ad\udc00min',
      '\u0301admin',
      'u_01HZX',
      'U_01hzx',
      'svc:orders',
      'x'.repeat(257),
      'ﷺ'.repeat(15),
    ]
    for (const name of none) {
      t.equal(usernameKey(name), undefined, quoted(name))
      t.throws(() => checkUsername(name, 'username'), { code: 'username', where: 'username' })
    }
    t.equal(usernameKey('x'.repeat(256))?.length, 256)
    t.end()
  },
)

t.test('folding is settled: again, or after another case or form, nothing changes', (t) => {
  const wrong: string[] = []
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const text = `a${String.fromCodePoint(point)}`
    const folded = fold(text)
    const variants = [folded, text.toLowerCase(), text.toUpperCase(), text.normalize('NFD')]
    if (variants.some((variant) => fold(variant) !== folded)) wrong.push(point.toString(16))
  }
  t.strictSame(wrong, [])
  t.end()
})

t.test('grants are stored once each, in one order, and errors say where', (t) => {
  const [a, b] = ['https://a.example', 'https://b.example']
  const grants = [
    { audience: b, grant: 'GET /x' },
    { audience: a, grant: 'POST /y' },
    { audience: a, grant: '* /*' },
    { audience: b, grant: 'GET /x' },
  ]
  t.strictSame(checkGrants(grants, 'grants'), [
    { audience: a, grant: '* /*' },
    { audience: a, grant: 'POST /y' },
    { audience: b, grant: 'GET /x' },
  ])
  t.throws(() => checkGrants([...grants, { audience: a, grant: 'GET  /x' }], 'grants'), {
    code: 'grant-slash',
    where: 'grants[4], character 5',
  })
  const many = Array.from({ length: 1025 }, (_, index) => ({ audience: a, grant: `GET /${index}` }))
  t.equal(checkGrants(many.slice(1), 'grants').length, 1024)
  t.throws(() => checkGrants(many, 'grants'), { code: 'too-many' })
  t.end()
})

t.test('routes of a catalogue', (t) => {
  const valid: [string, string][] = [
    ['GET', '/'],
    ['GET', '/orders/:id'],
    ['DELETE', '/files/*'],
    ['M-SEARCH', '*'],
    ['GET', '/at/:hour(^\\d{2})h:minute(^\\d{2})m'],
    ['GET', '/订单'],
    ['GET', `/${'x'.repeat(511)}`],
  ]
  const invalid: [string, string][] = [
    ['get', '/'],
    ['', '/'],
    ['GET ', '/'],
    ['X'.repeat(33), '/'],
    ['GET', ''],
    ['GET', 'orders'],
    ['GET', '**'],
    ['GET', '/a b'],
    ['GET', '/a\n1 GET /b'],
    ['GET', '/a\u0000'],
    ['GET', '/a\u202e'],
    ['GET', '/\ud800'],
    ['GET', `/${'x'.repeat(512)}`],
  ]
  for (const [method, pattern] of valid) {
    t.doesNotThrow(() => checkRoute({ method, pattern }, 'routes[0]'), `${method} ${pattern}`)
  }
  for (const [method, pattern] of invalid) {
    const name = quoted(`${method} ${pattern}`)
    t.throws(() => checkRoute({ method, pattern }, 'routes[0]'), { code: 'route' }, name)
  }
  t.end()
})

t.test('attack H6: foreign text in a message is one short line without control characters', (t) => {
  const cases: [string, string][] = [
    ['plain', '"plain"'],
    ['a"b', '"a\\"b"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['\u001b[31m', '"\\u001b[31m"'],
    ['\u009b2J', '"\\u{9b}2J"'],
    ['\u202etxt', '"\\u{202e}txt"'],
    ['\u2028', '"\\u{2028}"'],
    ['\ud800', '"\\ud800"'],
    ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
  ]
  for (const [text, shown] of cases) t.equal(quoted(text), shown)
  t.ok(quoted('\u202e'.repeat(1_000_000)).length < 1000)
  t.end()
})

t.test('text for a record is cleaned and cut, never refused', (t) => {
  t.equal(cleanText('plain — ok', 20), 'plain — ok')
  t.equal(cleanText('a\r\n\u001bb\ud800\u202e', 20), 'a\ufffd\ufffd\ufffdb\ufffd\ufffd')
  t.equal(cleanText('x'.repeat(20), 20), 'x'.repeat(20))
  t.equal(cleanText('x'.repeat(21), 20), `${'x'.repeat(19)}…`)
  t.equal(cleanText(`${'x'.repeat(19)}😀`, 20), `${'x'.repeat(19)}…`, 'no pair is cut in half')
  t.end()
})

t.test('the detail of an audit record is plain JSON of limited size', (t) => {
  const valid: Record<string, unknown>[] = [
    {},
    {
      text: 'ü\ud83d\ude00',
      number: -1.5,
      yes: true,
      none: null,
      list: [1, ['a']],
      deep: { a: {} },
    },
    { text: 'x'.repeat(4096 - '{"text":""}'.length) },
  ]
  for (const detail of valid) t.strictSame(JSON.parse(checkDetail(detail)), detail)
  let deep: Record<string, unknown> = {}
  for (let level = 0; level < 9; level++) deep = { deep }
  const circle: Record<string, unknown> = {}
  circle['circle'] = circle
  const invalid: [string, unknown][] = [
    ['undefined', { a: undefined }],
    ['a function', { a: () => 1 }],
    ['NaN', { a: Number.NaN }],
    ['infinity', { a: Number.POSITIVE_INFINITY }],
    ['bigint', { a: 1n }],
    ['a date', { a: new Date(0) }],
    ['a map', { a: new Map() }],
    ['an error', { a: new Error('x') }],
    ['a buffer', { a: Buffer.from('x') }],
    ['too deep', deep],
    ['a circle', circle],
    ['a list', []],
    ['null', null],
    ['text', 'text'],
    ['too long', { text: 'x'.repeat(4096 - '{"text":""}'.length + 1) }],
  ]
  for (const [name, detail] of invalid) {
    t.throws(() => checkDetail(detail as never), { code: 'audit-detail' }, name)
  }
  t.end()
})

t.test('the suggestion is the nearest name, or none when nothing is near', (t) => {
  const names = ['reader', 'writer', 'admin', 'https://reports.example']
  const cases: [string, string | undefined][] = [
    ['raeder', 'reader'],
    ['Writers', 'writer'],
    ['admn', 'admin'],
    ['http://reports.example', 'https://reports.example'],
    ['owner', undefined],
    ['', undefined],
    ['x', undefined],
  ]
  for (const [text, meant] of cases) t.equal(nearest(text, names), meant, text)
  t.end()
})

t.test('lists have limits and no entry twice', (t) => {
  t.doesNotThrow(() => atMost(2, [1, 2], 'x'))
  t.throws(() => atMost(2, [1, 2, 3], 'x'), { code: 'too-many', where: 'x' })
  t.doesNotThrow(() => distinctTexts(2, ['a', 'A'], 'x'))
  t.throws(() => distinctTexts(3, ['a', 'b', 'a'], 'x'), { code: 'duplicate', where: 'x[2]' })
  t.end()
})

t.test('places are put in front of places, and other errors pass', async (t) => {
  const inner = () => checkAudience('x', 'audience')
  const error: InputError = await within('services[1]', inner).catch((e) => e)
  t.match(error, { code: 'audience', where: 'services[1].audience' })
  t.match(error.message, /^services\[1\]\.audience: expected an absolute URI/)
  t.equal(await within('x', () => 1), 1)
  const bug = new TypeError('bug')
  await t.rejects(
    within('x', () => Promise.reject(bug)),
    bug,
  )
})
