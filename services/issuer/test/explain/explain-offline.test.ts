/** What is explained without an issuer, beside a verifier that has the same keys and routes. */
import { createHmac } from 'node:crypto'
import { localFeed } from '@latchkey/feed'
import { catalogueHash, encodeRouteBitmap } from '@latchkey/permissions'
import { deriveServiceKey } from '@latchkey/tokens'
import { verifierFrom } from '@latchkey/verifier'
import t from 'tap'
import { explainOffline } from '../../src/explain/explain-offline.ts'

const ISSUER = 'https://sso.example'
const ORDERS = 'https://orders.example'
const NOW = 1_795_410_000
const key = deriveServiceKey({
  ...{ master: Buffer.alloc(32, 7), issuer: ISSUER, audience: ORDERS, alg: 'HS256', generation: 1 },
})
const routes = [
  { method: 'GET', pattern: '/orders', number: 0, current: true },
  { method: 'GET', pattern: '/orders/:id', number: 1, current: true },
  { method: 'POST', pattern: '/orders', number: 2, current: true },
  { method: 'GET', pattern: '/about', number: 3, current: true, public: true },
]
const facts = { issuer: ISSUER, audience: ORDERS, keys: [key], now: NOW, routes }

const clock = { nowMs: () => NOW * 1000, monotonicMs: () => 0 }
const feed = localFeed(clock)
const verifier = verifierFrom({ issuer: ISSUER, service: ORDERS, feed, clock })
t.teardown(() => verifier.close())
feed.setKeys([
  { kid: key.kid, alg: 'HS256', state: 'active', k: key.key.export().toString('base64url') },
])
feed.setLog({ p: 0, epoch: 1, offset: 1, digest: '0'.repeat(16) }, [])
feed.lend(5000)

function signed(more: Record<string, unknown> = {}): string {
  const claims = {
    ...{ iss: ISSUER, aud: ORDERS, sub: 'svc:jobs', client_id: 'jobs', iat: NOW - 60 },
    ...{ exp: NOW + 240, jti: 'AAAAAAAAAAAAAAAAAAAAAA', scope: '', rev: [0, 1, 1] },
    ...{ routes: ['GET /orders/:id'], ...more },
  }
  const parts = [{ alg: 'HS256', typ: 'at+jwt', kid: key.kid }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const mac = createHmac('sha256', key.key).update(parts.join('.')).digest('base64url')
  return [...parts, mac].join('.')
}

const ask = (token: string, method: string, path: string, given = {}) =>
  explainOffline({ token, method, path }, { ...facts, ...given })

const checkOf = ({ checks }: Awaited<ReturnType<typeof ask>>, name: string) =>
  checks.find(({ check }) => check === name)

t.test('a token is judged as a verifier with these keys judges it', async (t) => {
  const token = signed()
  const flipped = token.slice(0, -5) + (token.at(-5) === 'A' ? 'B' : 'A') + token.slice(-4)
  const rows: [name: string, token: string, decidedBy: string, reason?: string][] = [
    ['a grant', token, 'right'],
    ['no token', 'garbage', 'form', 'malformed'],
    ['changed', flipped, 'signature', 'bad_signature'],
    ['another audience', signed({ aud: ISSUER }), 'audience', 'wrong_audience'],
    ['another issuer', signed({ iss: ORDERS }), 'issuer', 'wrong_issuer'],
    ['a bad claim', signed({ jti: 7 }), 'claims', 'bad_claim'],
    ['one second left', signed({ exp: NOW + 1 }), 'right'],
    ['expired', signed({ exp: NOW }), 'time', 'expired'],
    ['no right', signed({ routes: ['GET /orders'] }), 'right', 'token_lacks'],
  ]
  for (const [name, shown, decidedBy, reason] of rows) {
    const found = await ask(shown, 'GET', '/orders/7')
    t.strictSame([found.decided_by, found.reason], [decidedBy, reason], name)
    const verdict = verifier.verify(shown)
    const may = verdict.kind === 'valid' && verifier.may(verdict.claims, 'GET', '/orders/:id')
    t.equal(found.status, verdict.kind === 'invalid' ? 401 : may ? 200 : 403, name)
  }
  const keyless = await ask(token, 'GET', '/orders/7', { keys: [] })
  t.strictSame([keyless.status, keyless.reason], [401, 'unknown_kid'])
  t.strictSame(checkOf(keyless, 'key')?.detail, { kid: key.kid, given: [] })
})

t.test('what only the issuer knows is unknown, and is not said to have passed', async (t) => {
  const found = await ask(signed(), 'GET', '/orders/7')
  const unasked = { outcome: 'unknown', reason: 'not_asked' }
  t.strictSame(checkOf(found, 'lease'), { check: 'lease', ...unasked })
  t.strictSame(checkOf(found, 'ended'), { check: 'ended', ...unasked })
  const detail = { rev: { partition: 0, epoch: 1, offset: 1 } }
  t.strictSame(checkOf(found, 'current'), { check: 'current', ...unasked, detail })
  const bound = await ask(signed({ cnf: { jkt: 'A'.repeat(43) } }), 'GET', '/orders/7')
  t.match(checkOf(bound, 'binding'), { outcome: /^unknown$/, reason: 'proof_needed' })
  const forged = await ask('garbage', 'GET', '/orders/7')
  t.match(checkOf(forged, 'ended'), { outcome: /^not_reached$/ })
  t.equal(forged.token, undefined)
})

t.test('routes are those of the list', async (t) => {
  const found = await ask(signed(), 'HEAD', '/orders/7')
  t.strictSame([found.status, found.route], [200, 'GET /orders/:id'])
  t.match(await ask(signed(), 'DELETE', '/orders'), { status: 404, decided_by: 'route' })
  const open = await ask('garbage', 'GET', '/about')
  t.strictSame([open.status, open.checks.length], [200, 1])
})

t.test(
  'without the list, a right is known only where the token names the very pattern',
  async (t) => {
    const right = async (path: string, more = {}) =>
      checkOf(await ask(signed(more), 'GET', path, { routes: undefined }), 'right')
    t.strictSame(await right('/orders/:id'), {
      ...{ check: 'right', outcome: 'passed', detail: { grant: 'GET /orders/:id' } },
    })
    t.strictSame(await right('/orders/7'), {
      ...{ check: 'right', outcome: 'unknown', reason: 'routes_not_given' },
      detail: { granted: ['GET /orders/:id'] },
    })
    const bitmap = { routes: { c: catalogueHash(routes), b: encodeRouteBitmap([1]) } }
    t.match(await right('/orders/:id', bitmap), {
      outcome: /^unknown$/,
      reason: 'routes_not_given',
    })
  },
)

t.test(
  'numbers of routes are read by the list that the token names, and by no other',
  async (t) => {
    const right = async (catalogue: string, numbers: number[], given = {}) => {
      const token = signed({ routes: { c: catalogue, b: encodeRouteBitmap(numbers) } })
      const { outcome, reason } =
        checkOf(await ask(token, 'GET', '/orders/7', given), 'right') ?? {}
      return [outcome, reason]
    }
    const whole = catalogueHash(routes)
    const beginning = catalogueHash(routes.slice(0, 1))
    t.strictSame(await right(whole, [1]), ['passed', undefined])
    t.strictSame(await right(whole, [0, 2]), ['failed', 'token_lacks'])
    t.strictSame(await right(beginning, [0]), ['failed', 'stale'], 'it is older than the route')
    t.strictSame(await right('A'.repeat(16), [1]), ['unknown', 'other_catalogue'])
    const older = { routes: routes.slice(0, 2) }
    t.strictSame(await right(whole, [1], older), ['unknown', 'other_catalogue'])
  },
)
