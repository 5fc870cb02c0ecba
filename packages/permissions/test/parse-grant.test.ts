import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { fitsList, GRANT_LIMITS, parseGrant, printGrant } from '../src/index.ts'
import { routeShape } from '../src/route-shape.ts'
import { grantText } from './arbitrary-grant.ts'
import { grammarRecogniser } from './grammar-recogniser.ts'

/** A fixed seed: a failure on one machine is the same failure on the next. */
const SEEDED = { seed: 20261123, numRuns: 2000 }

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8'))

interface Valid {
  text: string
  method: string
  shape: string
  wildcard: boolean
  rule: string
}
const valid: Valid[] = read('valid.json')

interface Invalid {
  text: string
  code: string
  position: number
  rule: string
}
const invalid: Invalid[] = read('invalid.json')

const grammar = grammarRecogniser()

/** grammar.ebnf with the three conditions that stand at its head. */
function recognised(text: string): boolean {
  const segments = text.slice(text.indexOf('/')).split('/').slice(1)
  return (
    grammar.test(text) &&
    !text.startsWith('HEAD ') &&
    !segments.some((segment) => segment === '.' || segment === '..') &&
    text.length <= GRANT_LIMITS.grantChars &&
    segments.length <= GRANT_LIMITS.segments
  )
}

t.test('fixtures/valid.json', async (t) => {
  for (const { text, method, shape, wildcard, rule } of valid) {
    t.test(`${rule}: ${text.slice(0, 60)}`, async (t) => {
      const outcome = parseGrant(text)
      const pattern = text.slice(text.indexOf(' ') + 1)
      t.strictSame(outcome, { kind: 'grant', grant: { method, pattern, wildcard } })
      t.equal(outcome.kind === 'grant' && printGrant(outcome.grant), text)
      t.equal(routeShape(wildcard ? pattern.slice(0, -1) : pattern), shape)
      t.ok(recognised(text), 'the grammar file agrees')
    })
  }
})

t.test('fixtures/invalid.json', async (t) => {
  for (const { text, code, position, rule } of invalid) {
    t.test(`${rule}: ${JSON.stringify(text).slice(0, 60)}`, async (t) => {
      const outcome = parseGrant(text)
      t.match(outcome, { kind: 'invalid', error: { code, position } })
      t.notOk(recognised(text), 'the grammar file agrees')
    })
  }
})

t.test('an error says what stands there and what could', async (t) => {
  t.strictSame(parseGrant('GET orders'), {
    kind: 'invalid',
    error: { code: 'grant-slash', position: 4, received: '"o"', expected: "'/'" },
  })
  t.match(parseGrant('GET'), { error: { received: 'the end of the text' } })
  t.match(parseGrant('GET /a\u001b[2J'), { error: { received: '"U+001B"' } })
  t.match(parseGrant('GET /a b'), { error: { received: '"U+0020"' } })
  t.match(parseGrant('GET /a\u007f'), { error: { received: '"U+007F"' } })
  t.match(parseGrant('GET /a}'), { error: { received: '"}"' } })
  t.match(parseGrant('GET /a\u{1f600}'), { error: { received: '"U+1F600"' } })
  t.match(parseGrant('HEAD /a'), { error: { received: 'HEAD', expected: /GET/ } })
  t.match(parseGrant('x'.repeat(5_000_000)), { error: { received: '5000000 characters' } })
})

t.test('what the grammar builds is parsed, and printed as it was', async () => {
  fc.assert(
    fc.property(grantText, (text) => {
      const outcome = parseGrant(text)
      if (outcome.kind === 'invalid') return false
      const again = parseGrant(printGrant(outcome.grant))
      return printGrant(outcome.grant) === text && again.kind === 'grant' && recognised(text)
    }),
    SEEDED,
  )
})

t.test('parser and grammar file agree on any text, and nothing throws', async () => {
  const alphabet = [...'GETHAD-*/:?.()\\a1_~ \u0000é"', '::', '/:a', 'GET /', '* /']
  const nearMiss = fc
    .array(fc.constantFrom(...alphabet), { maxLength: 24 })
    .map((parts) => parts.join(''))
  const texts = fc.oneof(
    nearMiss,
    nearMiss.map((rest) => `GET /${rest}`),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const outcome = parseGrant(text)
      if ((outcome.kind === 'grant') !== recognised(text)) return false
      if (outcome.kind === 'grant') return true
      const { position } = outcome.error
      return Number.isInteger(position) && position >= 0 && position <= text.length
    }),
    { ...SEEDED, numRuns: 20_000 },
  )
})

t.test('a text before the position of its error can be completed', async () => {
  // The position is the first place that does not fit: with everything from there on removed, some ending makes a grant.
  const endings = [' /', '/', '', 'a', ':a', 'ET /', '-A /', ' /a', '(a)', 'b)', ')', '.']
  for (const { text, code, position, rule } of invalid) {
    if (/head|dot|optional|expression|long|many/.test(code)) continue
    const start = text.slice(0, position)
    const completed = ['', 'GET'].some((before) =>
      endings.some((end) => parseGrant(before + start + end).kind === 'grant'),
    )
    t.ok(completed, `${rule}: ${JSON.stringify(start)}`)
  }
})

t.test('a list fits a token with 32 grants and 512 bytes of JSON, and not with more', async (t) => {
  t.ok(fitsList([]))
  t.ok(fitsList(Array(32).fill('GET /a')))
  t.notOk(fitsList(Array(33).fill('GET /a')))
  const long = 'GET /'.padEnd(250, 'a')
  t.equal(JSON.stringify([long, long]).length, 507)
  t.ok(fitsList([long, `${long}aaaaa`]), '512 bytes')
  t.notOk(fitsList([long, `${long}aaaaaa`]), '513 bytes')
  t.notOk(fitsList([`${long}aaaaa`.replace('a', '\\'), long]), 'JSON escapes count')
  t.notOk(fitsList([`${long}aaaaa`.replace('a', 'é'), long]), 'bytes count, not characters')
})
