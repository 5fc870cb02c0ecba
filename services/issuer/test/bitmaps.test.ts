import type { AddressInfo } from 'node:net'
import { routeNumbersOf } from '@latchkey/permissions'
import type { RouteDeclaration, RoutesBitmap } from '@latchkey/protocol'
import { createVerifier, type Verifier } from '@latchkey/verifier'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** 4,000 routes of a service, half of them granted: more than a list of grants could ever say in a token. */
const ROUTES: readonly RouteDeclaration[] = Array.from({ length: 4000 }, (_, n) => ({
  method: n % 4 === 0 ? 'POST' : 'GET',
  pattern: `/things/${n % 100}/parts/${n}/:id`,
}))
const isGranted = (n: number) => (n * 7919) % 4000 < 2000
const GRANTED = ROUTES.filter((_, n) => isGranted(n)).map(
  ({ method, pattern }) => `${method} ${pattern}`,
)

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { port } = issuer.app.server.address() as AddressInfo
const { tokensOf, codeOf, redeem, refresh, exchange } = tokenRequests(issuer)
const { roles, users, services } = issuer.directory

async function reader(t: Test, routes: readonly RouteDeclaration[]): Promise<Verifier> {
  const verifier = await createVerifier({
    issuer: ISSUER,
    issuerAddress: `http://127.0.0.1:${port}`,
    service: ORDERS,
    credentials: { clientId: 'orders', clientSecret: SECRET },
  })
  t.teardown(() => verifier.close())
  verifier.publishRoutes(routes)
  return verifier
}
/** As often as the verifier says that it is behind, as a caller would that hears 503. */
async function verified(verifier: Verifier, token: string) {
  for (let tries = 0; tries < 100; tries++) {
    const outcome = await verifier.verifyCurrent(token)
    if (outcome.kind === 'valid') return outcome.claims
    if (outcome.kind !== 'stale') throw new Error(JSON.stringify(outcome))
  }
  throw new Error('it never knew the catalogue')
}
const bitmapOf = (token: string) => decodeJwt<{ routes: RoutesBitmap }>(token).routes

await Promise.all(
  [0, 1].map((half) =>
    roles.save({
      name: `half-${half}`,
      description: '',
      grants: GRANTED.slice(half * 1000, half * 1000 + 1000).map((grant) => ({
        audience: ORDERS,
        grant,
      })),
    }),
  ),
)
await users.update(await issuer.sub('ada'), { roles: ['half-0', 'half-1'] })

t.test('before routes are published so many rights are an error, and never cut', async (t) => {
  const answer = await redeem(await codeOf())
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), {
    error: 'server_error',
    error_description: /2000 grants, at most 32 in 512 bytes until the service has published/,
  })
})

t.test(
  '4,000 routes half granted fit into 1.6 KB, and each is decided as it was granted',
  async (t) => {
    const verifier = await reader(t, ROUTES)
    while ((await services.find(ORDERS))?.catalogue.length !== 4000) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { access_token } = await tokensOf()
    t.ok(access_token.length < 1600, `${access_token.length} bytes`)
    const claims = await verified(verifier, access_token)
    const wrong = ROUTES.filter(
      ({ method, pattern }, n) => verifier.may(claims, method, pattern) !== isGranted(n),
    )
    t.strictSame(wrong, [])
    t.equal(routeNumbersOf(bitmapOf(access_token).b).length, 2000)
  },
)

t.test('who has no catalogue reads grants: introspection tells a list', async (t) => {
  const { access_token } = await tokensOf()
  const answer = await issuer.post('/introspect', { token: access_token }, 'orders')
  t.equal(answer.json().active, true)
  t.strictSame(answer.json().routes.toSorted(), GRANTED.toSorted())
})

t.test('what is narrowed to a few routes is a list again', async (t) => {
  const [granted = '', foreign = ''] = [
    GRANTED[5],
    ROUTES.filter((_, n) => !isGranted(n)).map(({ method, pattern }) => `${method} ${pattern}`)[0],
  ]
  const details = [{ type: 'latchkey_routes', locations: [ORDERS], routes: [granted, foreign] }]
  const asked = { resource: ORDERS, authorization_details: JSON.stringify(details) }
  const { access_token } = await tokensOf(undefined, asked)
  t.strictSame(decodeJwt(access_token)['routes'], [granted])
  t.test('and token exchange gives no more than the token had', async (t) => {
    const whole = (await tokensOf()).access_token
    for (const [subject, routes] of [
      [access_token, [granted]],
      [whole, bitmapOf(whole)],
    ] as const) {
      const answer = await exchange(subject, { resource: ORDERS }, 'orders')
      t.equal(answer.statusCode, 200)
      t.strictSame(decodeJwt(answer.json().access_token)['routes'], routes)
    }
    await roles.save({ name: 'half-1', description: '', grants: [] })
    const less = await exchange(whole, { resource: ORDERS }, 'orders')
    t.equal(routeNumbersOf(bitmapOf(less.json().access_token).b).length, 1000)
  })
})

t.test('two versions of a service live side by side while one is rolled out', async (t) => {
  const old = await reader(t, ROUTES)
  const before = await tokensOf()
  await verified(old, before.access_token)
  const added = { method: 'GET', pattern: '/things/0/parts/new/:id' }
  await roles.save({
    name: 'half-1',
    description: '',
    grants: [{ audience: ORDERS, grant: 'GET /things/0/parts/new/:any' }],
  })
  const next = await reader(t, [...ROUTES.slice(1), added])
  const claims = await verified(next, before.access_token)
  const [{ method, pattern }] = ROUTES.filter((_, n) => n > 0 && isGranted(n)) as [RouteDeclaration]
  t.ok(next.may(claims, method, pattern), 'tokens of before are good for what they say')
  t.notOk(next.may(claims, 'GET', added.pattern))
  t.ok(next.isOlderThanRoute(claims, 'GET', added.pattern), 'about the new route they say nothing')
  const after = (await refresh(before.refresh_token)).json().access_token
  t.not(bitmapOf(after).c, bitmapOf(before.access_token).c)
  t.ok(next.may(await verified(next, after), 'GET', added.pattern), 'a refresh does')
  const oldView = await verified(old, after)
  t.ok(old.may(oldView, method, pattern), 'the old version reads the new token')
  t.notOk(old.may(oldView, 'GET', added.pattern), 'and knows of no new route')
  t.equal((await services.find(ORDERS))?.catalogue.length, 4001)
})
