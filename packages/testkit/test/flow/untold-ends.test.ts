/** A process dies between the commit of a change and the entry that tells it: nothing is lost, and nothing is told twice. */
import { runSql, startPostgres } from '@latchkey/directory/postgres-server'
import { startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { faultCluster, type Site } from './fault-cluster.ts'
import { subOf } from './issuer-calls.ts'
import { type StoppableLink, stoppableLink } from './stoppable-link.ts'
import { until } from './until.ts'

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
t.teardown(() => Promise.all([redis.stop(), postgres.stop()]))
/** Both wait for processes most of their time. */
t.jobs = 2
const BESIDE = { buffered: true } as const

/** A way to a database of its own in Redis, which can be stopped. */
async function linkTo(t: Test, database: number) {
  const link = await stoppableLink(Number(new URL(redis.url).port))
  t.teardown(link.close)
  const url = `redis://127.0.0.1:${link.port}/${database}`
  return { link, url, direct: `${redis.url}/${database}` }
}

t.test(
  'SQLite: kill -9 behind the commit, and the same process tells it at its start',
  BESIDE,
  async (t) => {
    const { link, url } = await linkTo(t, 1)
    const [one] = await faultCluster(t, { leaseMs: 5000, redisUrl: url })
    await nothingIsLost(t, {
      ...{ one, link, seenBy: one },
      comeBack: async () => {
        link.mend()
        await one.process.start()
      },
    })
  },
)

t.test('PostgreSQL: kill -9 behind the commit, and another process tells it', BESIDE, async (t) => {
  await runSql(postgres.url('postgres'), 'create database untold')
  const { link, url, direct } = await linkTo(t, 2)
  const [one, two] = await faultCluster(t, {
    ...{ leaseMs: 5000, issuers: 2, redisUrl: direct, firstRedisUrl: url },
    directoryUrl: postgres.url('untold'),
  })
  await nothingIsLost(t, { one, link, seenBy: two as Site, comeBack: async () => {} })
})

interface Scene {
  readonly one: Site
  readonly link: StoppableLink
  readonly seenBy: Site
  /** Who may tell what is left comes. */
  comeBack(): Promise<void>
}

async function nothingIsLost(t: Test, { one, link, seenBy, comeBack }: Scene): Promise<void> {
  const headers = { authorization: `Bearer ${await one.calls.admin()}` }
  const call = (site: Site, method: string, path: string, body?: object) =>
    site.calls.send(method, `/admin/v1/${path}`, headers, body)
  const tokens = await one.calls.tokens(await one.calls.signedIn('ada'))
  const ada = subOf(tokens)
  await until('the shop knows', async () => {
    return (await seenBy.stock(tokens.access_token)).status === 200
  })
  const users = Array.from({ length: 50 }, (_, n) => ({ line: n + 2, username: `guest${n}` }))
  const batch = { on_existing: 'fail', users }
  const imported = (await call(one, 'POST', 'users/import', batch)).json() as {
    results: { sub: string }[]
  }
  const guests = imported.results.map(({ sub }) => sub)

  link.stop()
  const requests = [ada, ...guests].map((sub) =>
    call(one, 'POST', `users/${sub}/disable`).catch(() => undefined),
  )
  await until('some are committed', async () => {
    const disabled = await committed(seenBy, call)
    return disabled.includes(ada) && disabled.length >= 5
  })
  await one.process.kill()
  await Promise.all(requests)
  await comeBack()

  const told = async () => {
    const answer = await call(seenBy, 'GET', 'audit?action=end&limit=200')
    const { records } = answer.json() as { records: { target: string; detail: object }[] }
    return records.map(({ target }) => target)
  }
  const disabled = await committed(seenBy, call)
  const expected = disabled.map((sub) => `user ${sub}`)
  t.ok(disabled.includes(ada), `${disabled.length} of 51 were disabled before it died`)
  await until('all of it is told', async () => (await told()).length >= expected.length)
  t.strictSame((await told()).sort(), expected.sort(), 'each once')
  await until('a token of before opens nothing any more', async () => {
    return (await seenBy.stock(tokens.access_token)).status === 401
  })
}

/** Whom the directory knows as disabled; nobody while it has no time to answer. */
async function committed(
  site: Site,
  call: (site: Site, method: string, path: string) => ReturnType<Site['front']>,
): Promise<string[]> {
  const answer = await call(site, 'GET', 'users?limit=100&status=disabled')
  const { users = [] } = answer.json() as { users?: { sub: string }[] }
  return users.map(({ sub }) => sub)
}
