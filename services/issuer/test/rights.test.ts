/** What people may do, until when, and why. */
import { createHash } from 'node:crypto'
import type { GrantSource, ServiceGrant } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { decodeJwt } from 'jose'
import t from 'tap'
import { effective } from '../src/rights/effective.ts'
import { ORDERS, REPORTS, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** Numbers from 0 to below `most`, the same in every run. */
function chance(seed: string) {
  let count = 0
  return (most: number) =>
    createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0) % most
}

t.test('no token that carries a grant outlives it, whatever the grant comes from', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { directory } = issuer
  const { refresh, exchange, tokensOf } = tokenRequests(issuer)
  const ada = await issuer.sub('ada')
  const parent = await directory.groups.create({ name: 'Parent' })
  const child = await directory.groups.create({ name: 'Child', parent: parent.id })
  await directory.users.update(ada, { groups: [child.id] })
  const next = chance('ends')
  const some = (audience = ORDERS): ServiceGrant[] =>
    Array.from({ length: next(4) }, () => ({
      ...{ audience, grant: `GET /r${next(6)}` },
      ...(next(3) > 0 && { until: issuer.now() - 20 + next(500) }),
    }))
  let { refresh_token } = await tokensOf()
  const seen = { capped: 0, whole: 0, shortest: 300 }

  async function check(token: string, grants: readonly ServiceGrant[]): Promise<void> {
    const { exp, iat, routes } = decodeJwt<{ exp: number; iat: number; routes: string[] }>(token)
    t.equal(iat, issuer.now())
    const endOf = (route: string) =>
      Math.max(
        ...grants
          .filter(({ grant }) => grant === route)
          .map(({ until = Number.POSITIVE_INFINITY }) => until),
      )
    const living = [...new Set(grants.map(({ grant }) => grant))].filter(
      (route) => endOf(route) > issuer.now(),
    )
    t.strictSame(routes, living.sort())
    t.equal(exp, Math.min(iat + 300, ...living.map(endOf)), 'not a second more, nor less')
    seen[exp === iat + 300 ? 'whole' : 'capped'] += 1
    seen.shortest = Math.min(seen.shortest, exp - iat)
  }

  for (let round = 0; round < 60; round++) {
    const [own, role, above, below] = [some(), some(), some(), some()]
    await directory.roles.save({ name: 'reader', description: '', grants: role })
    await directory.groups.update(parent.id, { grants: above })
    await directory.groups.update(child.id, { grants: below })
    await directory.users.update(ada, { grants: own })
    const answer = (await refresh(refresh_token)).json()
    refresh_token = answer.refresh_token
    t.equal(answer.expires_in, (decodeJwt(answer.access_token).exp ?? 0) - issuer.now())
    await check(answer.access_token, [...own, ...role, ...above, ...below])
    t.equal(decodeJwt(answer.id_token).exp, issuer.now() + 600, 'who somebody is does not end')

    const machine = some(REPORTS)
    await issuer.changeClient('orders', { grants: machine })
    const form = { grant_type: 'client_credentials', resource: REPORTS }
    await check((await issuer.post('/token', form)).json().access_token, machine)

    if (round % 10 === 0) {
      const until = issuer.now() + 1 + next(400)
      await directory.users.update(ada, { grants: [{ audience: REPORTS, grant: 'GET /x', until }] })
      const exchanged = await exchange(answer.access_token, { resource: REPORTS })
      const { exp = 0 } = decodeJwt(exchanged.json().access_token)
      const own = decodeJwt(answer.access_token).exp ?? 0
      t.equal(exp, Math.min(own, until, issuer.now() + 300), 'nor the token it was exchanged for')
    }
    issuer.advance(next(30))
  }
  t.ok(seen.capped > 20 && seen.whole > 5 && seen.shortest < 20, JSON.stringify(seen))
})

const METHODS = ['GET', 'POST', '*'] as const
const PATHS = ['/orders', '/orders/:id', '/orders/*', '/a/b', '/a/*', '/*'] as const

t.test(
  'attack F19: what is explained is what is decided, in whatever order it was granted',
  (t) => {
    const next = chance('explained')
    const one = <T>(list: readonly T[]) => list[next(list.length)] as T
    for (let round = 0; round < 300; round++) {
      const sources = Array.from({ length: next(6) }, (): GrantSource => {
        const until = next(3) === 0 ? { until: 90 + next(20) } : {}
        const by = one([{ kind: 'direct' }, { kind: 'role', role: 'r' }] as const)
        return { grant: `${one(METHODS)} ${one(PATHS)}`, ...until, by }
      })
      const catalogue = ['/orders', '/orders/:key', '/a/b', '/a/c/d', '/z'].map(
        (pattern, number) => {
          return { number, method: one(['GET', 'POST', 'HEAD']), pattern, current: true }
        },
      )
      const facts = {
        ...{ sources, catalogue, now: 100 },
        ...{ user: { disabled: false, mustChangePassword: false }, service: { disabled: false } },
      }
      const living = sources.filter(({ until = 1000 }) => until > 100)
      const grants = compileGrants(living.map(({ grant }) => grant))
      const { routes, unmatched } = effective(facts)
      const expected = routes.map(({ method, pattern, by }) => {
        const last = Math.max(...by.map((source) => source.until ?? Number.POSITIVE_INFINITY))
        return [grants.allows(method, pattern), Number.isFinite(last) ? last : undefined]
      })
      const explained = routes.map(({ isAllowed, until }) => [isAllowed, until])
      t.strictSame(explained, expected)
      const matched = new Set(routes.flatMap(({ by }) => by))
      t.strictSame(new Set([...matched, ...unmatched]), new Set(living))
      const turned = effective({ ...facts, sources: sources.toReversed() })
      const again = turned.routes.map(({ isAllowed, until }) => [isAllowed, until])
      t.strictSame(again, explained)
    }
    t.end()
  },
)

t.test('attack H13: thousands of grants at thousands of routes hold up nobody', async (t) => {
  const place = (number: number) => `/api/v1/resource${number % 4000}/of/usual/length/:id`
  const catalogue = Array.from({ length: 4000 }, (_, number) => {
    return { number, method: 'GET', pattern: place(number), current: true }
  })
  const sources = Array.from({ length: 10_000 }, (_, number): GrantSource => {
    return { grant: `GET ${place(number)}`, by: { kind: 'role', role: `r${number >> 12}` } }
  })
  const user = { disabled: false, mustChangePassword: false }
  const service = { disabled: false }
  const begun = performance.now()
  const { routes } = effective({ user, service, sources, catalogue, now: 100 })
  // Comparing each with each took seven seconds here, and verifiers wait five for a lease.
  t.ok(performance.now() - begun < 1500)
  t.equal(routes[1999]?.by.length, 3)
  t.equal(routes[2000]?.by.length, 2)
})

t.test(
  'an administrator sees what a person may call, by which grant, and until when',
  async (t) => {
    const issuer = await testIssuer()
    t.teardown(() => issuer.close())
    const { directory } = issuer
    const { access_token } = (
      await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    ).json()
    const headers = { authorization: `Bearer ${access_token}` }
    const get = (path: string) => issuer.app.inject({ url: `/admin/v1/${path}`, headers })
    const sub = await issuer.sub('bob')
    const until = issuer.now() + 60
    const group = await directory.groups.create({ name: 'Ops', roles: ['reader'] })
    await directory.users.update(sub, {
      groups: [group.id],
      grants: [
        { audience: ORDERS, grant: 'DELETE /orders/:id', until },
        { audience: ORDERS, grant: 'GET /gone' },
      ],
    })
    await directory.services.publishRoutes(ORDERS, [
      { method: 'GET', pattern: '/orders' },
      { method: 'DELETE', pattern: '/orders/:id' },
      { method: 'GET', pattern: '/health', public: true },
      { method: 'POST', pattern: '/orders' },
    ])
    const path = `users/${sub}/effective?service=${encodeURIComponent(ORDERS)}`
    const explained = (await get(path)).json()
    const role = { kind: 'role', role: 'reader', group: group.id, group_name: 'Ops' }
    t.strictSame(explained, {
      ...{ sub, audience: ORDERS },
      routes: [
        { method: 'GET', pattern: '/health', public: true, allowed: true, by: [] },
        {
          ...{ method: 'GET', pattern: '/orders', public: false, allowed: true },
          by: [{ grant: 'GET /orders', ...role }],
        },
        { method: 'POST', pattern: '/orders', public: false, allowed: false, by: [] },
        {
          ...{ method: 'DELETE', pattern: '/orders/:id', until, public: false, allowed: true },
          by: [{ grant: 'DELETE /orders/:id', until, kind: 'direct' }],
        },
      ],
      unmatched: [
        { grant: 'GET /gone', kind: 'direct' },
        { grant: 'GET /orders/:id', ...role },
      ],
    })
    await directory.users.setDisabled(sub, true)
    const blocked = (await get(path)).json()
    t.equal(blocked.blocked, 'user_disabled')
    t.equal(blocked.routes.filter(({ allowed }: { allowed: boolean }) => allowed).length, 1)

    const refused = [
      [`users/u_1/effective?service=${ORDERS}`, 'unknown-user'],
      [`users/${sub}/effective?service=https://x.example`, 'unknown-service'],
    ] as const
    for (const [asked, code] of refused) {
      const answer = await get(asked)
      t.equal(answer.statusCode, 404)
      t.equal(answer.json().code, code)
    }
  },
)

t.test(
  'attack G10: a new address or number is not proven because the one of before was',
  async (t) => {
    const issuer = await testIssuer()
    t.teardown(() => issuer.close())
    const { access_token } = (
      await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    ).json()
    const sub = await issuer.sub('bob')
    const patch = async (payload: object) => {
      const headers = { authorization: `Bearer ${access_token}` }
      const url = `/admin/v1/users/${sub}`
      return (await issuer.app.inject({ method: 'PATCH', url, headers, payload })).json()
    }
    const proven = { phone_number: '+4915112345678', phone_number_verified: true }
    const first = await patch({ email: 'bob@example.com', email_verified: true, profile: proven })
    t.match(first, { email_verified: true, profile: proven })
    t.match(
      await patch({ profile: { nickname: 'b' } }),
      { profile: proven },
      'nothing else changes it',
    )
    const moved = await patch({ email: 'eve@example.com', profile: { phone_number: '+861234567' } })
    t.equal(moved.email_verified, false)
    t.strictSame(moved.profile, { phone_number: '+861234567', nickname: 'b' })
    t.equal((await issuer.browser().signIn('bob')).has('code'), true)
    const byAddress = await issuer.directory.users.checkPassword('eve@example.com', 'bob-bob-bob')
    t.match(byAddress, { kind: /^refused$/, why: 'unknown' }, 'nobody is found by an address')
  },
)
