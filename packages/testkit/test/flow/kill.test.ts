import { connect } from 'node:net'
import { startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import type { HttpAnswer } from '../../src/index.ts'
import { faultCluster, SHOP, type Site } from './fault-cluster.ts'
import { generationOf, sidOf, type Tokens } from './issuer-calls.ts'
import { until } from './until.ts'

/** Long enough for what is looked at while the issuer is away, on a busy machine too; short enough to wait for its end. */
const LEASE_MS = 3000

t.test('kill -9 of an issuer on SQLite', async (t) => {
  const [site] = await faultCluster(t, { leaseMs: LEASE_MS })
  await survives(t, site)
})

t.test('kill -9 of an issuer on Redis', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const [site] = await faultCluster(t, { leaseMs: LEASE_MS, redisUrl: redis.url })
  await survives(t, site)
})

async function survives(t: Test, site: Site): Promise<void> {
  const { calls } = site
  const person = site.browser()
  await person.signIn(`${SHOP}/stock`, 'ada')
  const ada = await calls.signedIn('ada')
  const admin = await calls.admin()

  await t.test('50 refreshes at once over HTTP give one successor', async (t) => {
    const { refresh_token } = await calls.tokens(ada)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => calls.refresh(refresh_token)),
    )
    const successors = new Set(answers.map((answer) => (answer.json() as Tokens).refresh_token))
    t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
    t.equal(successors.size, 1)
    t.equal((await calls.refresh([...successors][0] ?? '')).status, 200)
  })

  await t.test('in the middle of its work: what was acknowledged holds', async (t) => {
    const before = await calls.tokens(ada)
    const ended = await calls.tokens(await calls.signedIn('cai'))
    await calls.end({ kind: 'session', sid: sidOf(ended) }, admin)
    // One after the other: a crowd of sign-ins to one account is taken for guessing.
    const toEnd: Tokens[] = []
    for (let i = 0; i < 16; i++) toEnd.push(await calls.tokens(await calls.signedIn('bob')))
    const toRefresh: Tokens[] = []
    for (let i = 0; i < 8; i++) {
      const browser = await calls.signedIn('ada')
      for (let app = 0; app < 6; app++) toRefresh.push(await calls.tokens(browser))
    }

    let acknowledged = 0
    const enough = Promise.withResolvers<void>()
    const attempt = async (request: Promise<HttpAnswer>) => {
      const answer = await request.catch(() => undefined)
      acknowledged += answer ? 1 : 0
      if (acknowledged === 8) enough.resolve()
      return answer
    }
    // Interleaved, so that the kill meets both kinds.
    const refreshing: Promise<HttpAnswer | undefined>[] = []
    const ending: Promise<HttpAnswer | undefined>[] = []
    for (const [i, { refresh_token }] of toRefresh.entries()) {
      refreshing.push(attempt(calls.refresh(refresh_token)))
      const target = i % 3 === 0 ? toEnd[i / 3] : undefined
      if (target) ending.push(attempt(calls.end({ kind: 'session', sid: sidOf(target) }, admin)))
    }
    await enough.promise
    await site.process.kill()
    const [refreshed, ends] = [await Promise.all(refreshing), await Promise.all(ending)]
    const answered = [...refreshed, ...ends].filter((answer) => answer !== undefined)
    t.ok(answered.length < 64, `${answered.length} of 64 requests had been answered`)
    for (const answer of answered) t.equal(answer.status, 200)

    await t.test('meanwhile services answer from memory', async (t) => {
      await until('the shop knows', () => !site.shop.verifier.status().connected)
      t.equal((await site.stock(before.access_token)).status, 200)
      t.equal((await site.stock(ended.access_token)).status, 401)
      t.equal((await person.open(`${SHOP}/stock`)).status, 200)
      t.equal((await site.front()).status, 200)
    })

    const seen = site.shop.frames.length
    const { positions, reconnects } = site.shop.verifier.status()
    await site.process.start()
    await site.ready()
    await t.test('verifiers resume at their offset', async (t) => {
      const now = site.shop.verifier.status()
      t.equal(now.reconnects, reconnects + 1)
      t.notOk(site.shop.frames.slice(seen).includes('snapshot'), 'without a snapshot')
      t.equal(now.positions[0]?.epoch, positions[0]?.epoch)
    })
    await t.test('ended sessions stay ended, and an unanswered end may be repeated', async (t) => {
      for (const [i, tokens] of toEnd.entries()) {
        const target = { kind: 'session', sid: sidOf(tokens) }
        if (!ends[i]) t.equal((await calls.end(target, admin)).status, 200)
        t.equal((await calls.refresh(tokens.refresh_token)).status, 400)
        await until('the entry is at the shop', async () => {
          return (await site.stock(tokens.access_token)).status === 401
        })
      }
      t.equal((await calls.refresh(ended.refresh_token)).status, 400)
      t.equal((await site.stock(ended.access_token)).status, 401)
    })
    await t.test('refresh tokens that were given out work, unanswered ones too', async (t) => {
      for (const [i, { refresh_token }] of toRefresh.entries()) {
        const successor = refreshed[i] && (refreshed[i].json() as Tokens).refresh_token
        const answer = await calls.refresh(successor ?? refresh_token)
        t.equal(answer.status, 200)
        const generation = generationOf((answer.json() as Tokens).refresh_token)
        t.equal(generation, successor ? 3 : 2, 'each was exchanged once')
      }
    })
    await t.test('nobody was signed out', async (t) => {
      t.equal((await calls.tokens(ada)).refresh_token.split('~')[0], sidOf(before))
      t.equal((await person.open(`${SHOP}/stock`)).status, 200)
      t.equal((await site.stock(before.access_token)).status, 200)
    })
  })

  await t.test(
    'without an issuer services close when the lease ends, and open again',
    async (t) => {
      const { access_token } = await calls.tokens(ada)
      t.equal((await site.stock(access_token)).status, 200)
      await site.process.kill()
      await until('the lease has ended', () => site.shop.verifier.status().leaseMs === 0)
      const closed = await site.stock(access_token)
      t.equal(closed.status, 503)
      t.match(closed.headers['retry-after'], /^\d+$/)
      t.equal((await site.stock('x.y.z')).status, 503, 'never 401: nothing is known')
      t.equal((await person.fetch(`${SHOP}/stock`)).status, 503)
      t.equal((await site.front()).status, 200, 'public routes never notice')
      t.equal(await refused(site.process.port), 'ECONNREFUSED')
      await site.process.start()
      await site.ready()
      t.equal((await site.stock(access_token)).status, 200)
      t.equal((await person.open(`${SHOP}/stock`)).status, 200, 'and the person is signed in')
    },
  )
}

/** The code with which nobody answers at a port. */
function refused(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(undefined)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
}
