import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { compileGrants, covers, type Grant, parseGrant } from '../src/index.ts'
import { crowdedGrant, crowdedRoute, grantText, method, routePattern } from './arbitrary-grant.ts'

const SEEDED = { seed: 20261123, numRuns: 3000 }

interface Decision {
  grant: string
  method: string
  route: string
  covers: boolean
  rule: string
}
const decisions: Decision[] = JSON.parse(
  readFileSync(new URL('../fixtures/covers.json', import.meta.url), 'utf8'),
)

function grantOf(text: string): Grant {
  const outcome = parseGrant(text)
  if (outcome.kind === 'invalid') throw new Error(`no grant: ${text}`)
  return outcome.grant
}

/** The rule for patterns without text beside parameters, said in another way: segment by segment. */
function coversBySegments(grant: Grant, verb: string, route: string): boolean {
  const wanted = grant.pattern.split('/')
  const given = route.split('/')
  const same = (a: string | undefined, b: string | undefined) =>
    a?.replace(/:\w+/, ':') === b?.replace(/:\w+/, ':')
  const segments = grant.wildcard
    ? given.length >= wanted.length && wanted.slice(0, -1).every((part, i) => same(part, given[i]))
    : given.length === wanted.length && wanted.every((part, i) => same(part, given[i]))
  return segments && (grant.method === '*' || grant.method === verb)
}

/** Gives every parameter another name; skips escaped colons and expressions. */
function rename(pattern: string): string {
  const parts = /::|\((?:\\.|\([^)]*\)|[^()\\])*\)|:(\w+)/g
  return pattern.replace(parts, (part, name) => (name === undefined ? part : `:${name}_2`))
}

t.test('fixtures/covers.json', async (t) => {
  for (const { grant, method, route, covers: expected, rule } of decisions) {
    const name = `${rule}: ${grant} ${expected ? 'covers' : 'does not cover'} ${method} ${route}`
    t.test(name, async (t) => {
      t.equal(covers(grantOf(grant), method, route), expected)
      t.equal(
        compileGrants([grant]).allows(method, route),
        expected,
        'and the compiled form agrees',
      )
    })
  }
})

t.test('covers is what comparing segment by segment would say', async (t) => {
  let positive = 0
  fc.assert(
    fc.property(crowdedGrant, crowdedRoute, fc.constantFrom('GET', 'POST'), (text, route, verb) => {
      const grant = grantOf(text)
      const answer = covers(grant, verb, route)
      if (answer) positive++
      return answer === coversBySegments(grant, verb, route)
    }),
    { ...SEEDED, numRuns: 20_000 },
  )
  t.ok(positive > 300, `both answers occur (${positive} times yes)`)
})

t.test(
  'a grant covers the pattern that it spells, whatever the parameters are called',
  async () => {
    fc.assert(
      fc.property(grantText, (text) => {
        const grant = grantOf(text)
        const renamed = rename(grant.pattern)
        const verb = grant.method === '*' ? 'PUT' : grant.method
        return covers(grant, verb, grant.pattern) && covers(grant, verb, renamed)
      }),
      SEEDED,
    )
  },
)

t.test('widening a grant with * never closes what was open', async () => {
  const triple = fc.tuple(fc.oneof(grantText, crowdedGrant), method, crowdedRoute)
  fc.assert(
    fc.property(triple, ([text, verb, other]) => {
      const grant = grantOf(text)
      const [, pattern] = text.split(' ') as [string, string]
      const parts = pattern.split('/')
      const ownVerb = grant.method === '*' ? verb : grant.method
      const wider = [`* ${pattern}`]
      // An optional last parameter reaches one segment higher, so the wildcard has to begin there.
      const top = parts.length - (pattern.includes('?') ? 2 : 1)
      for (let i = 1; i <= top; i++) {
        wider.push(`${grant.method} ${[...parts.slice(0, i), '*'].join('/')}`)
      }
      return [grant.pattern, other].every(
        (route) =>
          !covers(grant, ownVerb, route) ||
          wider.every((wide) => covers(grantOf(wide), ownVerb, route)),
      )
    }),
    SEEDED,
  )
})

t.test('HEAD is decided as GET', async () => {
  fc.assert(
    fc.property(fc.oneof(grantText, crowdedGrant), crowdedRoute, (text, route) => {
      const grant = grantOf(text)
      return covers(grant, 'HEAD', route) === covers(grant, 'GET', route)
    }),
    SEEDED,
  )
})

t.test(
  'a compiled list says what its grants say one by one, in any order, asked twice',
  async () => {
    const anyText = fc.oneof(crowdedGrant, grantText, fc.string({ maxLength: 20 }))
    const list = fc.array(anyText, { maxLength: 12 })
    const routes = fc.oneof(crowdedRoute, routePattern, fc.string({ maxLength: 12 }))
    fc.assert(
      fc.property(list, fc.oneof(method, fc.constant('HEAD')), routes, (texts, verb, route) => {
        const expected = texts.some((text) => {
          const outcome = parseGrant(text)
          return outcome.kind === 'grant' && covers(outcome.grant, verb, route)
        })
        const { allows } = compileGrants(texts)
        const reversed = compileGrants(texts.toReversed())
        return (
          allows(verb, route) === expected &&
          allows(verb, route) === expected &&
          reversed.allows(verb, route) === expected
        )
      }),
      { ...SEEDED, numRuns: 10_000 },
    )
  },
)

t.test('a text that is no grant opens nothing and spoils nothing', async (t) => {
  const { allows } = compileGrants(['HEAD /a', 'GET /a b', 'GET  /c', 'GET //d', '', 'GET /e'])
  t.notOk(allows('HEAD', '/a'))
  t.notOk(allows('GET', '/a b'))
  t.notOk(allows('GET', '/c'))
  t.notOk(allows('GET', '//d'))
  t.ok(allows('GET', '/e'))
  t.notOk(compileGrants([]).allows('GET', '/e'), 'an empty list opens nothing')
})

t.test('covers never throws, whatever the router calls a pattern', async () => {
  const patterns = fc.string({ unit: fc.constantFrom(...'/:?*()\\.-a', '::'), maxLength: 20 })
  const everything = grantOf('* /*')
  fc.assert(
    fc.property(patterns, (route) => covers(everything, 'GET', route) === route.startsWith('/')),
    { ...SEEDED, numRuns: 10_000 },
  )
})

t.test('remembered answers never mix, however many questions are asked', async () => {
  const question = fc.tuple(fc.constantFrom('GET', 'HEAD', 'POST'), crowdedRoute)
  const questions = fc.array(question, { minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(crowdedGrant, { maxLength: 8 }), questions, (texts, asked) => {
      const { allows } = compileGrants(texts)
      const grants = texts.map(grantOf)
      return [...asked, ...asked].every(
        ([verb, route]) =>
          allows(verb, route) === grants.some((grant) => covers(grant, verb, route)),
      )
    }),
    { ...SEEDED, numRuns: 500 },
  )
})
