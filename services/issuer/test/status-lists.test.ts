/** Token Status List: what pollers see. */
import { inflateSync } from 'node:zlib'
import { type EndTarget, InputError, StoreUnavailable } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { ISSUER, ORDERS, REPORTS, type TestIssuerOptions, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const TTL = 5

interface Marked {
  readonly status: { readonly status_list: { readonly idx: number; readonly uri: string } }
}
interface ListClaims {
  readonly status_list: { readonly bits: number; readonly lst: string }
}

/** An issuer whose Reports carries places, with a way to look a place up as a poller would. */
async function scene(t: Test, options: TestIssuerOptions = {}) {
  const issuer = await testIssuer(options)
  t.teardown(() => issuer.close())
  const reports = await issuer.directory.services.find(REPORTS)
  if (!reports) throw new Error('the service is declared')
  await issuer.directory.services.save({ ...reports, statusList: true })
  const { tokensOf } = tokenRequests(issuer)

  const machineToken = async () => {
    const form = { grant_type: 'client_credentials', resource: REPORTS }
    return (await issuer.post('/token', form)).json().access_token as string
  }
  const place = (token: string) => decodeJwt<Marked>(token).status.status_list
  const list = (headers: Record<string, string> = {}, number = '0') =>
    issuer.app.inject({ url: `/status-lists/${number}`, headers })
  /** 1 when the token is marked as ended in the list as it is after its time. */
  const bitOf = async (token: string) => {
    issuer.advance(TTL)
    const { status_list: held } = decodeJwt<ListClaims>((await list()).body)
    const bytes = inflateSync(Buffer.from(held.lst, 'base64url'))
    const { idx } = place(token)
    return ((bytes[idx >> 3] ?? 0) >> (idx & 7)) & 1
  }
  const userToken = async () =>
    (await tokensOf(undefined, { resource: REPORTS })).access_token as string
  return { issuer, machineToken, userToken, place, list, bitOf }
}

t.test('section 6.1: tokens of a service that asks for it have a place, others none', async (t) => {
  const { issuer, machineToken, place } = await scene(t)
  const tokens = [await machineToken(), await machineToken()]
  const [one, other] = tokens.map(place)
  t.equal(one?.uri, `${ISSUER}/status-lists/0`)
  t.not(one?.idx, other?.idx)
  const { access_token: orders } = (
    await issuer.post('/token', { grant_type: 'client_credentials', resource: ORDERS })
  ).json()
  t.equal(decodeJwt(orders)['status'], undefined)
})

t.test('section 5.1: the list is a signed token that a poller can verify', async (t) => {
  const { issuer, list } = await scene(t)
  const answer = await list()
  t.equal(answer.headers['content-type'], 'application/statuslist+jwt')
  const keys = createLocalJWKSet((await issuer.app.inject('/jwks')).json())
  const { payload } = await jwtVerify(answer.body, keys, {
    subject: `${ISSUER}/status-lists/0`,
    typ: 'statuslist+jwt',
    algorithms: ['RS256'],
    currentDate: new Date(issuer.now() * 1000),
  })
  const now = issuer.now()
  const { status_list: held, ...rest } = payload as unknown as ListClaims
  t.strictSame(rest, { sub: `${ISSUER}/status-lists/0`, iat: now, exp: now + 2 * TTL, ttl: TTL })
  t.equal(held.bits, 1)
  const bytes = inflateSync(Buffer.from(held.lst, 'base64url'))
  t.equal(bytes.length, 2 ** 18 / 8)
  t.ok(bytes.every((byte) => byte === 0))
})

t.test('every end that a verifier sees is seen in the list', async (t) => {
  const { issuer, machineToken, userToken, bitOf } = await scene(t)
  const sub = await issuer.sub('ada')
  const actor = { sub: 'issuer' }
  const [spared, ended] = [await userToken(), await userToken()]
  t.equal(await bitOf(ended), 0)
  const { jti = '', exp = 0 } = decodeJwt(ended)
  await issuer.end({ kind: 'token', jti, sub, exp, aud: REPORTS }, 'admin', actor)
  t.strictSame([await bitOf(ended), await bitOf(spared)], [1, 0], 'token')
  const rows: [string, (token: string) => EndTarget][] = [
    ['session', (token) => ({ kind: 'session', sid: String(decodeJwt(token)['sid']) })],
    ['user', () => ({ kind: 'user', sub })],
    ['stale', () => ({ kind: 'stale', about: sub })],
    ['client', () => ({ kind: 'client', clientId: 'orders' })],
    ['service', () => ({ kind: 'service', audience: REPORTS })],
    ['all', () => ({ kind: 'all' })],
  ]
  for (const [name, targetOf] of rows) {
    const token = await userToken()
    t.equal(await bitOf(token), 0, name)
    await issuer.end(targetOf(token), 'admin', actor)
    t.equal(await bitOf(token), 1, name)
  }
  const machine = await machineToken()
  await issuer.end({ kind: 'client', clientId: 'orders' }, 'admin', actor)
  t.equal(await bitOf(machine), 1)
})

t.test('section 8: one copy serves everybody for its time, and is not sent twice', async (t) => {
  const { issuer, userToken, list } = await scene(t)
  const first = await list()
  t.equal(first.headers['cache-control'], `public, max-age=${TTL}`)
  await issuer.end({ kind: 'user', sub: await issuer.sub('ada') }, 'admin', { sub: 'issuer' })
  issuer.advance(TTL - 1)
  const again = await list({ 'if-none-match': String(first.headers.etag) })
  t.strictSame([again.statusCode, again.body], [304, ''])
  t.equal(again.headers['cache-control'], 'public, max-age=1')
  issuer.advance(1)
  await userToken()
  const later = await list({ 'if-none-match': String(first.headers.etag) })
  t.equal(later.statusCode, 200)
})

t.test('section 8.1: there is one media type, and a list for each partition', async (t) => {
  const { list } = await scene(t)
  const rows = [
    ['application/statuslist+jwt', 200],
    ['application/*', 200],
    ['application/statuslist+cwt, application/statuslist+jwt;q=0.5', 200],
    ['application/statuslist+cwt', 406],
    ['application/statuslist+jwt;q=0', 406],
  ] as const
  for (const [accept, status] of rows) t.equal((await list({ accept })).statusCode, status, accept)
  for (const number of ['1', '00', '-1', 'x', '0x0', '10000']) {
    t.equal((await list({}, number)).statusCode, 404, number)
  }
})

t.test('what the issuer cannot know it does not say', async (t) => {
  let away = false
  const refuse = async () => {
    throw new StoreUnavailable('Redis')
  }
  const aroundStore = (store: Store): Store => ({
    ...store,
    log: { ...store.log, heartbeat: (...args) => (away ? refuse() : store.log.heartbeat(...args)) },
  })
  const { issuer, list } = await scene(t, { aroundStore })
  t.equal((await list()).statusCode, 200)
  away = true
  issuer.advance(60)
  const answer = await list()
  t.equal(answer.statusCode, 503)
  t.ok(Number(answer.headers['retry-after']) > 0)
})

t.test('a token that can have no place is not made', async (t) => {
  const full = async () => {
    throw new InputError('status-list-full', { received: 'all', expected: 'fewer' })
  }
  const aroundStore = (store: Store): Store => ({
    ...store,
    statusLists: { ...store.statusLists, allocate: full },
  })
  const { issuer } = await scene(t, { aroundStore })
  const form = { grant_type: 'client_credentials', resource: REPORTS }
  const answer = await issuer.post('/token', form)
  t.strictSame([answer.statusCode, answer.json().error], [503, 'temporarily_unavailable'])
})
