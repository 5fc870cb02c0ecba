import { runSql, startPostgres } from '@latchkey/directory/postgres-server'
import { startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import type { HttpAnswer } from '../../src/index.ts'
import { faultCluster, type Site } from './fault-cluster.ts'
import { generationOf, sidOf } from './issuer-calls.ts'
import { journeys } from './journeys.ts'
import { sampleCluster } from './sample-cluster.ts'
import { until } from './until.ts'

const MOST_MS = 500
/** One argon2id hash on a busy machine. */
const HASH_MS = 1500

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
t.teardown(() => Promise.all([redis.stop(), postgres.stop()]))

async function database(name: string): Promise<string> {
  await runSql(postgres.url('postgres'), `create database ${name}`)
  return postgres.url(name)
}

t.test('journeys on Redis and PostgreSQL', async (t) => {
  const cluster = await sampleCluster({
    redisUrl: redis.url,
    directoryUrl: await database('journeys'),
  })
  t.teardown(cluster.close)
  await journeys(t, cluster)
})

t.test('while PostgreSQL fails', async (t) => {
  const directoryUrl = await database('faults')
  const [site] = await faultCluster(t, { directoryUrl, leaseMs: 3000 })
  await t.test('it hangs (SIGSTOP) and goes on', (t) =>
    goesOnAndRecovers(t, site, {
      begin: async () => postgres.pause(),
      end: async () => postgres.resume(),
    }),
  )
  await t.test('it is killed and started again', (t) =>
    goesOnAndRecovers(t, site, { begin: postgres.kill, end: postgres.start }),
  )
})

interface Fault {
  begin(): Promise<void>
  end(): Promise<void>
}

async function goesOnAndRecovers(t: Test, site: Site, fault: Fault): Promise<void> {
  const { calls } = site
  const admin = await calls.admin()
  const browser = await calls.signedIn('ada')
  const [kept, ended] = [
    await calls.tokens(browser),
    await calls.tokens(await calls.signedIn('bob')),
  ]
  const code = await calls.code(browser)
  const signIn = await calls.signInForm(calls.browser(), 'cai')
  const requests = new Map<string, () => Promise<HttpAnswer>>([
    ['refresh', () => calls.refresh(kept.refresh_token)],
    ['code', () => calls.redeem(code)],
    ['/authorize with a session', () => calls.authorize(browser)],
    ['sign-in', signIn],
    [
      'client credentials',
      () => calls.post('/token', { grant_type: 'client_credentials' }, 'shop'),
    ],
    ['/readyz', () => calls.get('/readyz')],
  ])
  await fault.begin()
  // What was under way at that moment may have spent its code: from here on everybody meets a database that is away.
  t.equal((await calls.get('/readyz')).status, 503)

  await t.test('what needs it is 503 within 500 ms, with Retry-After', async (t) => {
    const [first, second] = [await measured(requests), await measured(requests)]
    for (const [name, { answer, ms }] of first) {
      t.strictSame([answer.status, answer.headers['retry-after']], [503, '1'], name)
      t.equal(answer.headers['set-cookie'], undefined)
      if (name === '/readyz') t.match(answer.json(), { failed: ['directory'] })
      // Other programs on this machine can only add to it.
      const least = Math.min(ms, second.get(name)?.ms ?? ms)
      const most = name === 'sign-in' ? MOST_MS + HASH_MS : MOST_MS
      t.ok(least < most, `${name} took ${Math.round(least)} ms`)
    }
  })
  await t.test('services go on, and what is ended ends', async (t) => {
    t.equal((await site.stock(ended.access_token)).status, 200)
    const answer = await calls.end({ kind: 'session', sid: sidOf(ended) }, admin)
    t.match([answer.status, answer.json()], [200, { ended: true }])
    await until('the shop knows', async () => (await site.stock(ended.access_token)).status === 401)
    t.equal((await site.stock(kept.access_token)).status, 200, 'and nothing else')
  })

  await fault.end()
  await until('the issuer is ready', async () => (await calls.get('/readyz')).status === 200)
  await t.test('it recovers without a restart, and nothing was half done', async (t) => {
    const refreshed = await calls.refresh(kept.refresh_token)
    t.equal(refreshed.status, 200)
    t.equal(
      generationOf((refreshed.json() as typeof kept).refresh_token),
      2,
      'not exchanged before',
    )
    t.equal((await calls.redeem(code)).status, 200, 'the code had not been spent')
    t.equal((await signIn()).status, 303, 'and the sign-in may be repeated')
    await until('the end has its record, which had to wait', async () => {
      const path = `/admin/v1/audit?action=end&target=session%20${sidOf(ended)}`
      const answer = await calls.get(path, { authorization: `Bearer ${admin}` })
      return (answer.json() as { records: object[] }).records.length === 1
    })
  })
}

async function measured(requests: ReadonlyMap<string, () => Promise<HttpAnswer>>) {
  const all = [...requests].map(async ([name, send]) => {
    const from = performance.now()
    const answer = await send()
    return [name, { answer, ms: performance.now() - from }] as const
  })
  return new Map(await Promise.all(all))
}
