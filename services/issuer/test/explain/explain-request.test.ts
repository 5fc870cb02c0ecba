/** POST /admin/v1/explain beside a verifier of the service that is asked the same. */
import { createHmac } from 'node:crypto'
import { localFeed } from '@latchkey/feed'
import { nowSeconds, type RouteDeclaration } from '@latchkey/protocol'
import { decodeJwt, deriveServiceKey } from '@latchkey/tokens'
import { verifierFrom } from '@latchkey/verifier'
import t from 'tap'
import { matchRoute } from '../../src/explain/match-route.ts'
import { adminCaller } from '../fixtures/admin-caller.ts'
import { ISSUER, MASTER_KEY, ORDERS, REPORTS, testIssuer } from '../test-issuer.ts'
import { tokenRequests } from '../token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory, store } = issuer
const { exchange, tokensOf } = tokenRequests(issuer)
const admin = await adminCaller(issuer)

const ROUTES: readonly RouteDeclaration[] = [
  { method: 'GET', pattern: '/orders' },
  { method: 'GET', pattern: '/orders/:id' },
  { method: 'GET', pattern: '/orders/new' },
  { method: 'POST', pattern: '/orders' },
  { method: 'GET', pattern: '/about', public: true },
]
const { version } = await directory.services.publishRoutes(ORDERS, ROUTES)
await directory.roles.save({
  name: 'clerk',
  description: '',
  grants: [{ audience: ORDERS, grant: 'POST /orders' }],
})

/** What a verifier of Orders is that has read the log up to now, and who says so. */
const clock = { nowMs: () => issuer.now() * 1000, monotonicMs: () => issuer.now() * 1000 }
const feed = localFeed(clock)
const verifier = verifierFrom({ issuer: ISSUER, service: ORDERS, feed, clock })
t.teardown(() => verifier.close())
const key = deriveServiceKey({
  ...{ master: MASTER_KEY, issuer: ISSUER, audience: ORDERS, alg: 'HS256', generation: 1 },
})
feed.setKeys([
  { kid: key.kid, alg: 'HS256', state: 'active', k: key.key.export().toString('base64url') },
])

async function report(more: { goneAt?: number; behind?: number } = {}): Promise<void> {
  const { behind = 0, ...presence } = more
  const { epoch, offset } = (await store.log.head(0)).position
  const applied = [{ partition: 0, epoch, offset: offset - behind }]
  const names = { instance: 'orders-one', audience: ORDERS, clientId: 'orders', process: 'other' }
  const facts = { ...names, connectedAt: issuer.now(), applied, kids: [key.kid], version }
  await store.presence.report('other', [{ ...facts, ...presence }], issuer.now())
}

async function readOn(leaseMs = 5000): Promise<void> {
  const { position, digest } = await store.log.head(0)
  const { epoch, offset } = position
  const { entries } = await store.log.read(0, 0, 1000)
  feed.setLog({ p: 0, epoch, offset, digest }, entries)
  feed.lend(leaseMs)
  await report()
}

/** What the service answers when it is asked itself. */
function answerOf(token: string, method: string, pattern: string): number {
  const verification = verifier.verify(token)
  if (verification.kind === 'stale') return 503
  if (verification.kind === 'invalid') return verification.reason === 'ahead' ? 503 : 401
  return verifier.may(verification.claims, method, pattern) ? 200 : 403
}

interface Explained {
  readonly status: number
  readonly decided_by: string
  readonly reason?: string
  readonly route?: string
  readonly checks: readonly {
    readonly check: string
    readonly outcome: string
    readonly detail?: Readonly<Record<string, unknown>>
  }[]
}

async function explain(token: string, method: string, path: string, service = ORDERS) {
  const answer = await admin.send('POST', 'explain', { token, method, path, service })
  t.equal(answer.statusCode, 200, answer.body)
  t.notOk(token.length > 60 && answer.body.includes(token.slice(-40)), 'no token comes back')
  return answer.json<Explained>()
}

const detailOf = ({ checks }: Explained, name: string) =>
  checks.find(({ check }) => check === name)?.detail ?? {}

const fresh = async () => (await tokensOf()).access_token

function signed(claims: Record<string, unknown>): string {
  const header = { alg: 'HS256', typ: 'at+jwt', kid: key.kid }
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const mac = createHmac('sha256', key.key).update(parts.join('.')).digest('base64url')
  return [...parts, mac].join('.')
}

function claimsOf(token: string): Record<string, unknown> {
  const decoded = decodeJwt(token)
  return decoded.kind === 'decoded' ? decoded.claims : {}
}

t.test('the explained answer is the answer of the service, and names the check', async (t) => {
  const token = await fresh()
  await readOn()
  const claims = claimsOf(token)
  const { epoch } = (await store.log.head(0)).position
  const now = issuer.now()
  const flipped = token.slice(0, -5) + (token.at(-5) === 'A' ? 'B' : 'A') + token.slice(-4)
  const reports = (await exchange(token, { resource: REPORTS })).json().access_token
  const rows: [
    name: string,
    token: string,
    method: string,
    path: string,
    decidedBy: string,
    reason?: string,
  ][] = [
    ['a grant', token, 'GET', '/orders/7', 'right'],
    ['HEAD needs GET', token, 'HEAD', '/orders/7', 'right'],
    ['no grant', token, 'POST', '/orders', 'right', 'not_granted'],
    [
      'an empty route list',
      signed({ ...claims, routes: [] }),
      'GET',
      '/orders',
      'right',
      'not_in_token',
    ],
    ['no token', 'garbage', 'GET', '/orders', 'form', 'malformed'],
    ['too long', 'a'.repeat(9000), 'GET', '/orders', 'form', 'too_long'],
    ['changed', flipped, 'GET', '/orders', 'signature', 'bad_signature'],
    ['of another service', reports, 'GET', '/orders', 'key', 'unknown_kid'],
    [
      'another audience',
      signed({ ...claims, aud: REPORTS }),
      'GET',
      '/orders',
      'audience',
      'wrong_audience',
    ],
    [
      'another issuer',
      signed({ ...claims, iss: REPORTS }),
      'GET',
      '/orders',
      'issuer',
      'wrong_issuer',
    ],
    ['a bad claim', signed({ ...claims, sid: 7 }), 'GET', '/orders', 'claims', 'bad_claim'],
    [
      'expired',
      signed({ ...claims, iat: now - 60, exp: now }),
      'GET',
      '/orders',
      'time',
      'expired',
    ],
    [
      'one second left',
      signed({ ...claims, iat: now - 60, exp: now + 1 }),
      'GET',
      '/orders',
      'right',
    ],
    [
      'too early',
      signed({ ...claims, iat: now + 6, exp: now + 60 }),
      'GET',
      '/orders',
      'time',
      'not_yet_valid',
    ],
    [
      'newer than the log',
      signed({ ...claims, rev: [0, epoch + 1, 1] }),
      'GET',
      '/orders',
      'current',
      'ahead',
    ],
  ]
  for (const [name, shown, method, path, decidedBy, reason] of rows) {
    const found = await explain(shown, method, path)
    const pattern = path === '/orders/7' ? '/orders/:id' : path
    t.equal(found.status, answerOf(shown, method, pattern), `${name}: ${JSON.stringify(found)}`)
    t.strictSame([found.decided_by, found.reason], [decidedBy, reason], name)
  }
})

t.test('an expression of a service is not run', async (t) => {
  const never = { method: 'GET', pattern: '/:never((a|a)*$)', number: 0, current: true }
  const plain = { method: 'GET', pattern: '/:id', number: 1, current: true }
  const found = matchRoute([never, plain], 'GET', `/${'a'.repeat(90)}b`)
  t.strictSame(found, { kind: 'matched', route: plain, others: [], perhaps: [never] })
  t.strictSame(matchRoute([never], 'GET', '/a'), {
    ...{ kind: 'unmatched', methods: [], perhaps: [never] },
  })
  t.strictSame(matchRoute([never], 'POST', '/a').kind, 'unmatched')
})

t.test('paths are read as the router reads them, escapes included', async (t) => {
  const patterns = ['/a b/:id', '/orders::all', '/files/*', '/orders/:id?', '/x/:a-:b']
  const routes = patterns.map((pattern, number) => ({
    ...{ method: 'GET', pattern, number, current: true },
  }))
  for (const [path, pattern] of [
    ['/a%20b/7', '/a b/:id'],
    ['/orders:all', '/orders::all'],
    ['/files/a/b', '/files/*'],
    ['/orders', '/orders/:id?'],
    ['/orders/7', '/orders/:id?'],
    ['/orders/%C3%A9', '/orders/:id?'],
    ['/x/1-2', '/x/:a-:b'],
    ['/X/1-2', undefined],
    ['/orders/7/', undefined],
    ['/%', undefined],
  ] as const) {
    const found = matchRoute(routes, 'GET', path)
    t.equal(found.kind === 'matched' ? found.route.pattern : undefined, pattern, path)
  }
})

t.test('routes are found as the router of the service finds them', async (t) => {
  const token = await fresh()
  await readOn()
  const open = await explain('garbage', 'GET', '/about')
  t.strictSame([open.status, open.decided_by, open.checks.length], [200, 'route', 1])
  const fixed = await explain(token, 'GET', '/orders/new')
  t.equal(fixed.route, 'GET /orders/new', 'a fixed segment goes before a parameter')
  t.strictSame(detailOf(fixed, 'route')['others'], ['GET /orders/:id'])
  const missing = await explain(token, 'DELETE', '/orders')
  t.strictSame([missing.status, missing.decided_by], [404, 'route'])
  t.strictSame(detailOf(missing, 'route')['methods'], ['GET', 'POST'])
})

t.test(
  'a grant is named with where it comes from, and a missing one with who would give it',
  async (t) => {
    const token = await fresh()
    await readOn()
    const found = await explain(token, 'GET', '/orders/7')
    t.strictSame(detailOf(found, 'right'), {
      grant: 'GET /orders/:id',
      from: [{ grant: 'GET /orders/:id', kind: 'role', role: 'reader' }],
    })
    const missing = await explain(token, 'POST', '/orders')
    t.strictSame(detailOf(missing, 'right'), {
      from: [],
      nearest: { grant: 'GET /orders', kind: 'role', role: 'reader' },
      roles: [{ role: 'clerk', grant: 'POST /orders' }],
    })
    const machine = (
      await issuer.post('/token', { grant_type: 'client_credentials', resource: ORDERS }, 'reports')
    ).json()
    const own = await explain(machine.access_token, 'GET', '/orders')
    t.strictSame(detailOf(own, 'right')['from'], [{ grant: 'GET /orders', kind: 'direct' }])
  },
)

t.test('an ended token is explained by its entry, its record and who has applied it', async (t) => {
  const token = await fresh()
  await readOn()
  const { sid, sub } = claimsOf(token)
  const answer = await admin.send('POST', 'ends', { target: { kind: 'session', sid } })
  t.ok(answer.statusCode < 300, answer.body)
  const early = await explain(token, 'GET', '/orders')
  t.strictSame([early.status, early.decided_by, early.reason], [401, 'ended', 'session_ended'])
  t.strictSame(detailOf(early, 'ended')['not_yet_applied_by'], ['orders-one'])
  await readOn()
  t.equal(answerOf(token, 'GET', '/orders'), 401)
  const late = detailOf(await explain(token, 'GET', '/orders'), 'ended')
  const { offset, epoch } = (await store.log.head(0)).position
  t.strictSame(late['entry'], {
    ...{ kind: 'session', about: sid, partition: 0, epoch, offset, reason: 'admin' },
  })
  t.match(late['by'], { sub: 'svc:operator', client_id: 'operator', reason: 'admin' })
  t.strictSame([late['applied_by'], late['not_yet_applied_by']], [['orders-one'], []])
  const next = await fresh()
  await issuer.end({ kind: 'stale', about: String(sub) }, 'permissions_changed', { sub: 'issuer' })
  await readOn()
  const stale = await explain(next, 'GET', '/orders')
  t.strictSame([stale.status, stale.reason], [answerOf(next, 'GET', '/orders'), 'stale'])
  t.match(detailOf(stale, 'ended')['by'], { sub: 'issuer', reason: 'permissions_changed' })
})

t.test('503 is explained by verifiers without a lease or behind the token', async (t) => {
  const token = await fresh()
  await readOn()
  await report({ goneAt: issuer.now() - 6 })
  const away = await explain(token, 'GET', '/orders')
  t.strictSame([away.status, away.decided_by, away.reason], [503, 'lease', 'verifiers_away'])
  t.match(detailOf(away, 'lease')['verifiers'], [{ instance: 'orders-one', connected: false }])
  await report({ goneAt: issuer.now() - 5 })
  t.equal((await explain(token, 'GET', '/orders')).status, 200, 'its lease may still be good')
  await report({ behind: 1 })
  const rev = claimsOf(token)['rev'] as number[]
  const { epoch, offset } = (await store.log.head(0)).position
  t.strictSame(rev, [0, epoch, offset])
  const behind = await explain(token, 'GET', '/orders')
  t.strictSame([behind.status, behind.decided_by, behind.reason], [503, 'current', 'ahead'])
  await directory.services.setDisabled(ORDERS, true)
  t.equal((await explain(token, 'GET', '/orders')).reason, 'service_disabled')
  await directory.services.setDisabled(ORDERS, false)
})

t.test('attack H7: the token is nowhere in the audit log, and who asked is', async (t) => {
  const token = await fresh()
  await readOn()
  await explain(token, 'GET', '/orders/7')
  const [record] = await directory.audit.list({ action: 'explain.request', limit: 1 })
  t.match(record, { actor: { sub: 'svc:operator' }, target: `service ${ORDERS}` })
  t.strictSame(record?.detail, {
    ...{ route: 'GET /orders/:id', jti: claimsOf(token)['jti'], status: 200, decided_by: 'right' },
  })
  t.ok(nowSeconds(clock) >= (record?.at ?? Number.POSITIVE_INFINITY))
})

t.test('what is no request is refused', async (t) => {
  const good = { token: 'x', method: 'GET', path: '/', service: ORDERS }
  const rows: [object, number, string][] = [
    [{ ...good, path: '/orders?access_token=x' }, 400, 'invalid_request'],
    [{ ...good, path: 'orders' }, 400, 'invalid_request'],
    [{ ...good, method: 'get' }, 400, 'invalid_request'],
    [{ ...good, service: 'http://nobody.example' }, 404, 'unknown-service'],
  ]
  for (const [body, status, code] of rows) {
    t.strictSame(await admin.outcome('POST', 'explain', body), [status, code])
  }
})
