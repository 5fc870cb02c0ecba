import {
  catalogueHash,
  compileGrants,
  encodeRouteBitmap,
  grantsBitmap,
  type NumberedRoute,
} from '@latchkey/permissions'
import type { RouteDeclaration } from '@latchkey/protocol'
import fc from 'fast-check'
import t from 'tap'
import { claims, remember, scene, sign } from './scene.ts'

const route = (text: string): RouteDeclaration => {
  const [method = '', pattern = ''] = text.split(' ')
  return { method, pattern }
}
const numbered = (...texts: string[]): NumberedRoute[] =>
  texts.map((text, number) => ({ number, ...route(text) }))
const head = (catalogue: readonly NumberedRoute[]) =>
  [catalogue.length, catalogueHash(catalogue)] as const
const bitmap = (catalogue: readonly NumberedRoute[], ...numbers: number[]) => ({
  c: catalogueHash(catalogue),
  b: encodeRouteBitmap(numbers),
})

const CATALOGUE = numbered('GET /a', 'GET /b', 'POST /b')
const GROWN = numbered('GET /a', 'GET /b', 'POST /b', 'GET /new')

/** A verifier of the second version, of which the issuer has told the state of `catalogue`. */
function reader(catalogue = CATALOGUE, texts = ['POST /b', 'GET /a']) {
  const here = scene()
  const routes = texts.map(route)
  here.verifier.publishRoutes(routes)
  const tell = (now: readonly NumberedRoute[], ...before: (readonly NumberedRoute[])[]) =>
    here.feed.setCatalogue({
      numbers: routes.map(
        ({ method, pattern }) =>
          now.find((one) => one.method === method && one.pattern === pattern)?.number ?? 0,
      ),
      heads: [...before, now].map(head),
    })
  if (catalogue.length > 0) tell(catalogue)
  return { ...here, tell }
}

t.test('a bitmap opens the routes whose numbers it has, and no others', async (t) => {
  const { verifier, outcome } = reader()
  const token = sign({ routes: bitmap(CATALOGUE, 0, 1) })
  t.equal(outcome(token), 'valid')
  const caller = claims({ routes: bitmap(CATALOGUE, 0, 1) })
  t.ok(verifier.may(caller, 'GET', '/a'))
  t.ok(verifier.may(caller, 'HEAD', '/a'), 'HEAD needs GET')
  t.notOk(verifier.may(caller, 'POST', '/b'))
  t.notOk(verifier.may(caller, 'GET', '/b'), 'granted, but not a route of this version')
  t.notOk(verifier.may(caller, 'GET', '/nowhere'))
  t.notOk(verifier.isOlderThanRoute(caller, 'POST', '/b'), 'it knows the route, and says no')
  t.notOk(verifier.isOlderThanRoute(caller, 'GET', '/nowhere'))
})

t.test('bits behind the catalogue that a token names mean nothing', async (t) => {
  const { verifier, tell } = reader(GROWN, ['GET /new', 'GET /a'])
  tell(GROWN, CATALOGUE)
  const caller = claims({ routes: bitmap(CATALOGUE, 0, 3) })
  t.ok(verifier.may(caller, 'GET', '/a'))
  t.notOk(verifier.may(caller, 'GET', '/new'))
  t.ok(verifier.isOlderThanRoute(caller, 'GET', '/new'), 'a fresh token would tell')
  t.notOk(verifier.isOlderThanRoute(claims({ routes: [] }), 'GET', '/new'), 'a list tells all')
})

t.test(
  'F22 an older verifier asks what a newer token means, and says 503 until it knows',
  async (t) => {
    const { verifier, outcome, tell, time } = reader()
    const token = sign({ routes: bitmap(GROWN, 0) })
    t.equal(outcome(token), 'ahead')
    const waiting = verifier.verifyCurrent(token)
    time.advance(10)
    tell(GROWN, CATALOGUE)
    t.match(await waiting, { kind: 'valid' }, 'the answer wakes it')
    const late = sign({ routes: bitmap(numbered('GET /a', 'GET /c'), 0), jti: 'late' })
    const inVain = verifier.verifyCurrent(late)
    time.advance(50)
    t.match(await inVain, { kind: 'stale', retryAfterSeconds: 1 }, 'no answer: 503, never 401')
  },
)

t.test(
  'F22 numbers that were given anew are noticed: refused as stale, never read otherwise',
  async (t) => {
    const { verifier, feed, outcome, tell, time } = reader()
    const restored = numbered('POST /b', 'GET /x', 'GET /a')
    const before = sign({ routes: bitmap(CATALOGUE, 0) })
    const after = sign({ routes: bitmap(restored, 0), jti: 'after' })
    remember(verifier, before)
    t.equal(outcome(after), 'ahead')
    tell(restored)
    t.equal(outcome(after), 'valid')
    t.ok(verifier.may(claims({ routes: bitmap(restored, 0) }), 'POST', '/b'))
    t.notOk(verifier.may(claims({ routes: bitmap(CATALOGUE, 0) }), 'POST', '/b'))
    t.equal(outcome(before), 'ahead', 'not even the remembered one')
    time.advance(250)
    t.equal(outcome(before), 'ahead', 'asked')
    tell(restored)
    t.equal(outcome(before), 'stale', 'answered: the client refreshes')
    const questions = feed.askCatalogue()
    for (let i = 0; i < 20; i++) outcome(before)
    t.equal(feed.askCatalogue(), questions + 1, 'and nobody asks again')
  },
)

t.test('F22 an answer of before decides nothing, and is asked for again', async (t) => {
  const { feed, outcome, time } = reader()
  const token = sign({ routes: bitmap(GROWN, 0) })
  t.equal(outcome(token), 'ahead')
  const first = feed.askCatalogue()
  t.equal(outcome(token), 'ahead')
  time.advance(999)
  outcome(token)
  t.equal(feed.askCatalogue(), first + 1, 'it waits for an answer')
  time.advance(1)
  t.equal(outcome(token), 'ahead')
  t.equal(feed.askCatalogue(), first + 3)
})

t.test(
  'questions are counted: a flood of unknown catalogues asks four times a second',
  async (t) => {
    const { feed, outcome, time } = reader()
    const first = feed.askCatalogue()
    for (let i = 0; i < 100; i++) {
      outcome(sign({ routes: bitmap(numbered(`GET /${i}`), 0), jti: `${i}` }))
      time.advance(10)
    }
    t.ok(feed.askCatalogue() - first - 1 <= 4)
  },
)

t.test(
  'before its numbers are known a verifier waits, and without routes it opens nothing',
  async (t) => {
    const token = sign({ routes: bitmap(CATALOGUE, 0, 1, 2) })
    const waiting = reader([])
    t.equal(waiting.outcome(token), 'ahead')
    t.notOk(waiting.verifier.may(claims({ routes: bitmap(CATALOGUE, 0) }), 'GET', '/a'))
    waiting.tell(CATALOGUE)
    t.equal(waiting.outcome(token), 'valid')
    waiting.verifier.publishRoutes([route('GET /a')])
    t.equal(waiting.outcome(token), 'ahead', 'other routes: other numbers')
    const bare = scene()
    t.equal(bare.outcome(token), 'valid')
    t.notOk(bare.verifier.may(claims({ routes: bitmap(CATALOGUE, 0) }), 'GET', '/a'))
  },
)

/** What an issuer makes of lists that are published one after the other: the catalogue after each of them. */
function history(lists: readonly (readonly string[])[], from: readonly NumberedRoute[] = []) {
  const states = [from]
  for (const list of lists) {
    const now = states.at(-1) ?? []
    const known = new Set(now.map(({ method, pattern }) => `${method} ${pattern}`))
    const added = list.filter((text) => !known.has(text)).sort()
    states.push([...now, ...added.map((text, i) => ({ number: now.length + i, ...route(text) }))])
  }
  return states
}

t.test(
  'F22 whatever was published, restored and signed: no verifier opens a route that the grants do not cover',
  async (t) => {
    const text = fc
      .tuple(fc.constantFrom('GET', 'PUT'), fc.constantFrom('/a', '/a/:x', '/b', '/b/c', '/:y'))
      .map((parts) => parts.join(' '))
    const lists = fc.array(fc.uniqueArray(text, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
    const grants = fc.array(
      fc.constantFrom('GET /a', '* /a/*', 'PUT /b', 'GET /*', 'GET /:z', 'PUT /a/:q'),
      { maxLength: 3 },
    )
    const seen = { open: 0, older: 0, foreign: 0 }
    fc.assert(
      fc.property(
        lists,
        lists,
        grants,
        fc.nat(4),
        fc.nat(9),
        fc.nat(9),
        (one, other, held, ...at) => {
          const [cut, signedAt, readAt] = at
          const first = history(one)
          // A database that was restored goes on from an earlier state, with other routes.
          const second = history(other, first[cut % first.length])
          const states = [...first, ...second]
          const signed = states[signedAt % states.length] ?? []
          const chain = readAt % 2 === 0 ? first : second
          const index = readAt % chain.length
          const known = chain[index] ?? []
          const own = (readAt % 2 === 0 ? one : other)[Math.max(0, index - 1)] ?? []
          const published = index === 0 ? [] : own
          const { verifier, tell } = reader([], published)
          tell(known, ...chain.slice(0, index))
          const caller = claims({
            routes: { c: catalogueHash(signed), b: grantsBitmap(held, signed) },
          })
          const allowed = compileGrants(held)
          const isKnown = [known, ...chain.slice(0, index)].some(
            (state) => catalogueHash(state) === catalogueHash(signed),
          )
          if (!isKnown) seen.foreign++
          return published.every((name) => {
            const { method, pattern } = route(name)
            const number =
              known.find((r) => r.method === method && r.pattern === pattern)?.number ?? -1
            const isOpen = verifier.may(caller, method, pattern)
            const isOlder = verifier.isOlderThanRoute(caller, method, pattern)
            if (isOpen) seen.open++
            if (isOlder) seen.older++
            if (!isKnown) return !isOpen && !isOlder
            const isNewer = number >= signed.length
            return isOlder === isNewer && isOpen === (!isNewer && allowed.allows(method, pattern))
          })
        },
      ),
      { seed: 20261123, numRuns: 1500 },
    )
    t.ok(Math.min(seen.open, seen.older, seen.foreign) > 50, JSON.stringify(seen))
  },
)
