import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { faultCluster, type Site } from './fault-cluster.ts'
import { ISSUER, sidOf, type Tokens } from './issuer-calls.ts'
import { logoutListener } from './logout-listener.ts'
import { until } from './until.ts'

const redis = await startRedis()
const told = await logoutListener(t)
const sites = await faultCluster(t, {
  redisUrl: redis.url,
  leaseMs: 5000,
  issuers: 2,
  backchannel: told.uri,
})
const [one, two] = sites as readonly [Site, Site]
t.teardown(() => redis.stop())

/** Somebody who was signed in at one process, seen through the other as well. */
async function ada() {
  const browser = await one.calls.signedIn('ada')
  const same = two.calls.browser()
  same.cookies.set('sso.localhost', SESSION, browser.cookies.get('sso.localhost', SESSION) ?? '')
  return { browser, same }
}
const SESSION = '__Host-latchkey-session'
const applied = (site: Site) => site.shop.verifier.status().positions[0]?.offset ?? 0

t.test('a session of one issuer is a session of the other', async (t) => {
  const { browser, same } = await ada()
  const [here, there] = [await one.calls.tokens(browser), await two.calls.tokens(same)]
  t.equal(sidOf(here), sidOf(there))
  t.equal((await one.stock(there.access_token)).status, 200)
  t.equal((await two.stock(here.access_token)).status, 200)
  t.match((await same.fetch(`${ISSUER}/`)).text, 'ada')
})

t.test('codes of one are redeemed at the other, and once in all', async (t) => {
  const { browser } = await ada()
  t.equal((await two.calls.redeem(await one.calls.code(browser))).status, 200)
  const code = await one.calls.code(browser)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).calls.redeem(code)),
  )
  // The second redemption ends the session, so the first may come too late for its own tokens.
  t.ok(answers.filter(({ status }) => status === 200).length <= 1)
  const rest = answers.filter(({ status }) => status !== 200).map((answer) => answer.json())
  t.strictSame(
    new Set(rest.map((one) => (one as { error: string }).error)),
    new Set(['invalid_grant']),
  )
})

t.test('refresh tokens work at either, 50 at once give one successor', async (t) => {
  const { browser } = await ada()
  const first = await one.calls.tokens(browser)
  const second = (await two.calls.refresh(first.refresh_token)).json() as Tokens
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).calls.refresh(second.refresh_token)),
  )
  t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
  const successors = new Set(answers.map((answer) => (answer.json() as Tokens).refresh_token))
  t.equal(successors.size, 1)
  // Two generations back there is no grace: two parties hold the family.
  t.equal((await one.calls.refresh(first.refresh_token)).status, 400)
  t.equal((await two.calls.refresh([...successors][0] ?? '')).status, 400, 'at the other too')
  await until('both shops know', async () => {
    const statuses = [await one.stock(first.access_token), await two.stock(second.access_token)]
    return statuses.every(({ status }) => status === 401)
  })
})

t.test('an end through one reaches the verifiers of the other', async (t) => {
  const admin = await one.calls.admin()
  for (const [through, other] of [
    [one, two],
    [two, one],
  ] as const) {
    const { browser } = await ada()
    const tokens = await one.calls.tokens(browser)
    for (const site of sites) t.equal((await site.stock(tokens.access_token)).status, 200)
    const offset = applied(other)
    const answer = await through.calls.end({ kind: 'session', sid: sidOf(tokens) }, admin)
    t.match(answer.json(), { ended: true, entries: [{ kind: 'session' }] })
    await until('the other one has it', () => applied(other) > offset)
    for (const site of sites) {
      await until(
        'it is refused',
        async () => (await site.stock(tokens.access_token)).status === 401,
      )
      t.equal((await site.calls.refresh(tokens.refresh_token)).status, 400)
    }
  }
})

t.test(
  'whichever is asked about a request id, the service that refused it tells why',
  async (t) => {
    const admin = await one.calls.admin()
    const tokens = await one.calls.tokens((await ada()).browser)
    t.equal((await one.stock(tokens.access_token)).status, 200)
    await one.calls.end({ kind: 'session', sid: sidOf(tokens) }, admin)
    const refused = async () => {
      const answer = await one.stock(tokens.access_token)
      return answer.status === 401 ? answer.headers['x-request-id'] : undefined
    }
    await until('it is refused', async () => (await refused()) !== undefined)
    const id = await refused()
    for (const { calls } of sites) {
      const answer = await calls.get(`/admin/v1/refused/${id}`, {
        authorization: `Bearer ${admin}`,
      })
      const { services, not_asked } = answer.json() as {
        services: { sid: string }[]
        not_asked: []
      }
      const found = services.filter(({ sid }) => sid === sidOf(tokens))
      t.match(found, [{ status: 401, reason: 'session_ended', method: 'GET', route: '/stock' }])
      t.strictSame(not_asked, [], 'the verifiers of both were asked')
    }
  },
)

t.test('a verifier that was away gets what it missed, and no snapshot', async (t) => {
  const admin = await two.calls.admin()
  const { browser } = await ada()
  const [gone, kept] = [
    await one.calls.tokens(browser),
    await one.calls.tokens((await ada()).browser),
  ]
  const seen = one.shop.frames.length
  const { reconnects } = one.shop.verifier.status()
  await one.process.kill()
  await until('the shop knows', () => !one.shop.verifier.status().connected)
  await two.calls.end({ kind: 'session', sid: sidOf(gone) }, admin)
  await until(
    'the other shop has it',
    async () => (await two.stock(gone.access_token)).status === 401,
  )
  t.equal((await one.stock(gone.access_token)).status, 200, 'bounded by the lease, not known yet')

  await one.process.start()
  await until('it has it too', async () => (await one.stock(gone.access_token)).status === 401)
  await one.ready()
  t.equal(one.shop.verifier.status().reconnects, reconnects + 1)
  const since = one.shop.frames.slice(seen)
  t.ok(since.includes('entries'))
  t.notOk(since.includes('snapshot'))
  t.equal((await one.stock(kept.access_token)).status, 200)
})

t.test('a logout token that a killed issuer was posting is posted by the other', async (t) => {
  const admin = await one.calls.admin()
  const sid = sidOf(await one.calls.tokens((await ada()).browser))
  const attempts = () => told.sids.filter((one) => one === sid).length
  told.hang(true)
  await one.calls.end({ kind: 'session', sid }, admin)
  await until('somebody posts it', () => attempts() === 1)
  await one.process.kill()
  told.hang(false)
  const path = `/admin/v1/deliveries?sid=${sid}`
  await until('the other one has posted it', async () => {
    const answer = await two.calls.get(path, { authorization: `Bearer ${admin}` })
    const { deliveries } = answer.json() as { deliveries: { client_id: string; state: string }[] }
    return deliveries.some((one) => one.client_id === 'teller' && one.state === 'delivered')
  })
  t.equal(attempts(), 2)
  await one.process.start()
})
