import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import {
  bitmapGrants,
  catalogueHash,
  compileGrants,
  encodeRouteBitmap,
  grantFinder,
  grantIndex,
  grantsBitmap,
  hasRouteNumber,
  isCatalogueHash,
  isRouteBitmap,
  MOST_ROUTE_NUMBERS,
  type NumberedRoute,
  nextCatalogueHash,
  routeNumbersOf,
} from '../src/index.ts'
import { crowdedGrant, crowdedRoute, grantText, method, routePattern } from './arbitrary-grant.ts'

const SEEDED = { seed: 20261123, numRuns: 2000 }

interface BitmapFixtures {
  valid: { numbers: number[]; b: string; rule: string }[]
  invalid: { b: string; rule: string }[]
  hashes: { routes: NumberedRoute[]; c: string; rule: string }[]
}
const fixtures: BitmapFixtures = JSON.parse(
  readFileSync(new URL('../fixtures/bitmaps.json', import.meta.url), 'utf8'),
)

t.test('fixtures/bitmaps.json', async (t) => {
  for (const { numbers, b, rule } of fixtures.valid) {
    t.equal(encodeRouteBitmap(numbers), b, `${rule}: written`)
    t.ok(isRouteBitmap(b), `${rule}: accepted`)
    t.strictSame(routeNumbersOf(b), numbers, `${rule}: read`)
  }
  for (const { b, rule } of fixtures.invalid) t.notOk(isRouteBitmap(b), rule)
  for (const { routes, c, rule } of fixtures.hashes) t.equal(catalogueHash(routes), c, rule)
})

const numberSet = fc.uniqueArray(fc.oneof(fc.nat(70), fc.nat(MOST_ROUTE_NUMBERS - 1)), {
  maxLength: 40,
})

t.test('a set of numbers comes back as it was, and has one spelling', async () => {
  fc.assert(
    fc.property(numberSet, fc.nat(MOST_ROUTE_NUMBERS + 64), (numbers, asked) => {
      const text = encodeRouteBitmap(numbers)
      const sorted = numbers.toSorted((a, b) => a - b)
      return (
        isRouteBitmap(text) &&
        encodeRouteBitmap(sorted.toReversed()) === text &&
        JSON.stringify(routeNumbersOf(text)) === JSON.stringify(sorted) &&
        hasRouteNumber(text, asked) === numbers.includes(asked)
      )
    }),
    SEEDED,
  )
})

t.test('any text is accepted only as the spelling of the set that it is read as', async (t) => {
  let accepted = 0
  const text = fc.string({ unit: fc.constantFrom(...'AAAABQgw-_9=+/ .é'), maxLength: 6 })
  fc.assert(
    fc.property(text, (b) => {
      if (!isRouteBitmap(b)) return true
      accepted++
      return encodeRouteBitmap(routeNumbersOf(b)) === b
    }),
    { ...SEEDED, numRuns: 20_000 },
  )
  t.ok(accepted > 200, `some are accepted (${accepted})`)
})

t.test('numbers that no route can have are no numbers of a set', async (t) => {
  for (const number of [-1, 0.5, Number.NaN, MOST_ROUTE_NUMBERS, 2 ** 32]) {
    t.throws(() => encodeRouteBitmap([number]), RangeError)
  }
  t.ok(isRouteBitmap(encodeRouteBitmap([MOST_ROUTE_NUMBERS - 1])), 'the last one is')
  t.notOk(isRouteBitmap('_'.repeat(2732)), 'one character more is too long')
})

t.test('an index of grants decides, and finds, as its grants do one by one', async (t) => {
  let positive = 0
  const list = fc.array(fc.oneof(crowdedGrant, grantText, fc.string({ maxLength: 12 })), {
    maxLength: 12,
  })
  const optional = fc.tuple(crowdedRoute, fc.constantFrom('', '/', '/:last?', '/:last?/', '/*'))
  const routes = fc.oneof(
    optional.map((parts) => parts.join('')),
    routePattern,
    fc.string({ unit: fc.constantFrom(...'/:?*()-a'), maxLength: 12 }),
  )
  fc.assert(
    fc.property(list, fc.oneof(method, fc.constant('HEAD')), routes, (texts, verb, route) => {
      const answer = grantIndex(texts).allows(verb, route)
      if (answer) positive++
      const covering = new Set(texts.filter((one) => compileGrants([one]).allows(verb, route)))
      const found = grantFinder(texts)(verb, route)
      return (
        answer === compileGrants(texts).allows(verb, route) &&
        JSON.stringify(found) === JSON.stringify([...covering].sort())
      )
    }),
    { ...SEEDED, numRuns: 20_000 },
  )
  t.ok(positive > 300, `both answers occur (${positive} times yes)`)
})

t.test('a catalogue hash names every number, and grows with the catalogue', async (t) => {
  const a = { number: 0, method: 'GET', pattern: '/a' }
  const b = { number: 1, method: 'GET', pattern: '/b' }
  const whole = catalogueHash([a, b])
  t.ok(isCatalogueHash(whole))
  t.equal(nextCatalogueHash(catalogueHash([a]), b), whole)
  t.equal(catalogueHash([]), '')
  t.notOk(isCatalogueHash(''), 'no token speaks about a catalogue without routes')
  const others = [
    [b, a],
    [a],
    [
      { ...a, number: 1 },
      { ...b, number: 0 },
    ],
    [a, { ...b, number: 2 }],
    [a, { ...b, method: 'PUT' }],
    [a, { ...b, pattern: '/bb' }],
  ]
  for (const routes of others) t.not(catalogueHash(routes), whole)
})

t.test(
  'a bitmap opens the routes that its grants cover, and read as grants no others',
  async () => {
    const catalogue = fc
      .uniqueArray(crowdedRoute, { maxLength: 12 })
      .map((patterns) => patterns.map((pattern, number) => ({ number, method: 'GET', pattern })))
    fc.assert(
      fc.property(fc.array(crowdedGrant, { maxLength: 8 }), catalogue, (grants, routes) => {
        const { allows } = compileGrants(grants)
        const b = grantsBitmap(grants, routes)
        const again = compileGrants(bitmapGrants(b, routes))
        return routes.every(({ number, pattern }) => {
          const allowed = allows('GET', pattern)
          return hasRouteNumber(b, number) === allowed && again.allows('GET', pattern) === allowed
        })
      }),
      SEEDED,
    )
  },
)
