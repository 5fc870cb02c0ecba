import { once } from 'node:events'
import { connect } from 'node:net'
import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { faultCluster } from './fault-cluster.ts'
import { sidOf, subOf } from './issuer-calls.ts'
import { until } from './until.ts'

const redis = await startRedis()
const sites = await faultCluster(t, { redisUrl: redis.url, leaseMs: 1000, issuers: 2 })
t.teardown(() => redis.stop())

async function flush(): Promise<void> {
  const socket = connect(redis.port, '127.0.0.1')
  socket.end('FLUSHALL\r\n')
  await once(socket, 'data')
}

t.test('attack J4: an emptied Redis brings no dead token back', async (t) => {
  const [site, other] = sites
  const { calls } = site
  const admin = await calls.admin()
  const [ended, gone, kept] = [
    await calls.tokens(await calls.signedIn('ada')),
    await calls.tokens(await calls.signedIn('bob')),
    await calls.tokens(await calls.signedIn('cai')),
  ]
  await calls.end({ kind: 'session', sid: sidOf(ended) }, admin)
  await calls.end({ kind: 'user', sub: subOf(gone) }, admin)
  const dead = [ended, gone].map((tokens) => tokens.access_token)
  for (const each of sites) {
    for (const token of dead) {
      await until('the shop knows', async () => (await each.stock(token)).status === 401)
    }
  }
  const epochOf = async () => {
    const repeated = await calls.end({ kind: 'session', sid: sidOf(ended) }, admin)
    return (repeated.json() as { epoch: number }).epoch
  }
  const before = await epochOf()

  const accepted: string[] = []
  let asked = 0
  let watching = true
  // Every single answer of both services, through the loss and after it.
  const watched = Promise.all(
    sites.map(async (each, index) => {
      while (watching) {
        for (const token of dead) {
          asked++
          const { status } = await each.stock(token)
          if (status !== 401 && status !== 503) accepted.push(`${index}: ${status}`)
        }
      }
    }),
  )
  await flush()
  await until('a new epoch', async () => (await epochOf()) > before)
  for (const each of [site, other ?? site]) await each.ready()
  await until('the living are let in', async () => {
    const answers = await Promise.all(sites.map((each) => each.stock(kept.access_token)))
    return answers.every(({ status }) => status === 200)
  })
  // Two leases of the new log.
  for (let round = 0; round < 2; round++) {
    let leftMs = site.shop.verifier.status().leaseMs
    await until('a lease is renewed', () => {
      const beforeMs = leftMs
      leftMs = site.shop.verifier.status().leaseMs
      return leftMs > beforeMs
    })
  }
  watching = false
  await watched
  t.strictSame(accepted, [])
  t.ok(asked > 20, `asked ${asked} times`)
})
