import { StoreUnavailable } from '@latchkey/protocol'
import { connectRedisStore, type RedisStoreOptions, type Store } from '@latchkey/store'
import {
  type RedisServer,
  startRedis,
  startReplica,
  startSentinel,
} from '@latchkey/store/redis-server'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { redisAddress } from '../src/redis/redis-address.ts'
import { FACTS, fifty, livingFamily, livingSession, NOW, redemptionOf } from './contract/samples.ts'

/** A server that is gone at the end of the test. */
async function own<S extends RedisServer>(t: Test, started: Promise<S>): Promise<S> {
  const server = await started
  t.teardown(() => server.stop())
  return server
}

async function open(t: Test, options: RedisStoreOptions): Promise<Store> {
  const store = await connectRedisStore(options)
  t.teardown(() => store.close())
  return store
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((next) => setTimeout(next, 20))
}

/** What failed and after how long. */
async function failure(work: Promise<unknown>) {
  const started = performance.now()
  const error = await work.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
  const reason = error instanceof StoreUnavailable ? error.reason : error
  return { reason, inTime: performance.now() - started < 500 }
}

const UNCONFIRMED = { reason: 'store_unconfirmed', inTime: true }
const UNAVAILABLE = { reason: 'store_unavailable', inTime: true }

await t.test('an end and a heartbeat count when enough replicas have them', async (t) => {
  const master = await own(t, startRedis())
  const replica = await own(t, startReplica(master))
  const store = await open(t, { url: master.url, replicas: 1 })
  const admin = new Redis(master.url)
  t.teardown(() => admin.disconnect())
  const onReplica = new Redis(replica.url)
  t.teardown(() => onReplica.disconnect())
  const { log } = store

  await t.test('while a replica follows, what was confirmed stands there', async (t) => {
    await log.heartbeat(0)
    const { sid } = await livingSession(store)
    const { entries } = await log.end({ kind: 'session', sid }, FACTS)
    t.equal(await onReplica.hget('lk:{p0}:head', 'offset'), `${entries[0]?.o}`)
  })

  await t.test('many ends at once share their waiting', async (t) => {
    await admin.config('RESETSTAT')
    await fifty((index) => log.end({ kind: 'key', kid: `k${index}` }, FACTS))
    const calls = /cmdstat_wait:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]
    t.ok(Number(calls) <= 2, `${calls} times WAIT`)
  })

  await t.test('without it nothing is confirmed, and what was done is done', async (t) => {
    const [session, other] = [await livingSession(store), await livingFamily(store)]
    replica.pause()
    t.teardown(() => replica.resume())
    t.strictSame(await failure(log.heartbeat(0)), UNCONFIRMED)
    t.strictSame(await failure(store.ping()), UNCONFIRMED)
    const target = { kind: 'session', sid: session.sid } as const
    const end = failure(log.end(target, FACTS))
    const behind = failure(log.end({ kind: 'user', sub: other.sub }, FACTS))
    const started = performance.now()
    t.equal((await store.families.redeem(redemptionOf(other))).kind !== 'reused', true)
    const elapsedMs = performance.now() - started
    t.ok(elapsedMs < 100, `other calls do not wait behind it: ${elapsedMs.toFixed()} ms`)
    t.strictSame(await end, UNCONFIRMED)
    t.strictSame(await behind, UNCONFIRMED)
    t.equal(await store.sessions.find(session.sid, NOW), undefined)
    t.equal(await store.sessions.find(other.sid, NOW), undefined)

    replica.resume()
    await until(() => log.heartbeat(0).then(() => true))
    t.strictSame((await log.end(target, FACTS)).entries, [], 'it was done the first time')
  })

  await t.test(
    'a script that the server had forgotten is confirmed by no earlier WAIT',
    async (t) => {
      const { sid } = await livingSession(store)
      const target = { kind: 'session', sid } as const
      await log.heartbeat(0)
      await admin.script('FLUSH')
      await until(async () => {
        const facts = await admin.info('replication')
        const [, acked] = /offset=(\d+),lag/.exec(facts) ?? []
        return facts.includes(`master_repl_offset:${acked}\r`)
      })
      replica.pause()
      const failed = await failure(log.end(target, FACTS))
      replica.resume()
      t.strictSame(failed, UNCONFIRMED)
      await until(() => log.heartbeat(0).then(() => true))
      t.strictSame((await log.end(target, FACTS)).entries, [], 'it was done all the same')
    },
  )

  await t.test('a master that hangs has done nothing', async (t) => {
    const { sid } = await livingSession(store)
    master.pause()
    const failed = await Promise.all([
      failure(log.heartbeat(0)),
      failure(log.end({ kind: 'session', sid }, FACTS)),
    ])
    master.resume()
    t.strictSame(failed, [UNAVAILABLE, UNAVAILABLE])
    await until(() => log.heartbeat(0).then(() => true))
    t.ok(await store.sessions.find(sid, NOW))
  })

  await t.test('two replicas are more than one', async (t) => {
    const asking = await open(t, { url: master.url, replicas: 2 })
    t.strictSame(await failure(asking.log.heartbeat(0)), UNCONFIRMED)
  })
})

/** A master with two replicas under a sentinel, and a store that knows only the sentinel. */
async function watched(t: Test) {
  const master = await own(t, startRedis())
  const replicas = [await own(t, startReplica(master)), await own(t, startReplica(master))]
  const sentinel = await own(t, startSentinel('main', master))
  const asked = new Redis(sentinel.url)
  t.teardown(() => asked.disconnect())
  await until(
    async () => ((await asked.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length === 2,
  )
  const addresses = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: sentinel.port },
  ]
  const options = { url: 'redis://main', sentinels: { addresses } }
  const masterPort = async () =>
    Number(((await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as string[])[1])
  return { master, replicas, options, masterPort }
}

await t.test('with sentinels a store follows the master', async (t) => {
  await t.test('that was killed: what was confirmed is there', async (t) => {
    const { master, options, masterPort } = await watched(t)
    const store = await open(t, options)
    const family = await livingFamily(store)
    const ended = await livingSession(store)
    await store.log.end({ kind: 'session', sid: ended.sid }, FACTS)
    const head = await store.log.heartbeat(0)
    const heard = Promise.withResolvers<number>()
    store.log.watch(heard.resolve)

    await master.kill()
    t.equal((await failure(store.log.heartbeat(0))).inTime, true)
    const started = performance.now()
    await until(() => store.log.heartbeat(0).then(() => true))
    const elapsedMs = performance.now() - started
    t.ok(elapsedMs < 5000, `confirmed again after ${elapsedMs.toFixed()} ms`)
    t.not(await masterPort(), master.port)
    const { position, digest } = await store.log.head(0)
    t.ok(position.epoch > head.position.epoch, 'another server is another epoch')
    t.equal(position.offset, head.position.offset, 'of a log that is whole')
    t.equal(digest, head.digest)
    t.equal(await store.sessions.find(ended.sid, NOW), undefined)
    t.equal((await store.families.redeem(redemptionOf(family))).kind, 'rotated')
    t.equal(await heard.promise, 0, 'and watchers look again')
  })

  await t.test('and never writes to one that comes back', async (t) => {
    const { master, options } = await watched(t)
    const told = Promise.withResolvers<void>()
    const say = (_: object, text: string) => {
      if (text === 'Redis is unavailable') told.resolve()
    }
    const log = { warn: say, info: say }
    const store = await open(t, { ...options, log })
    await store.log.heartbeat(0)
    const witness = new Redis(master.url)
    t.teardown(() => witness.disconnect())
    const before = await witness.dbsize()

    // Nothing is asked of it meanwhile: only the sentinel can tell.
    master.pause()
    await told.promise
    master.resume()
    const written: string[] = []
    const tries = Array.from({ length: 200 }, async () => {
      written.push((await livingSession(store)).sid)
      await store.log.heartbeat(0)
    })
    await Promise.allSettled(tries)
    await until(async () => {
      written.push((await livingSession(store)).sid)
      await store.log.heartbeat(0)
      return true
    })
    const lost = []
    for (const sid of written) if (!(await store.sessions.find(sid, NOW))) lost.push(sid)
    t.strictSame(lost, [], 'whatever was acknowledged is kept')
    t.ok(written.length > 0)
    const [role] = (await witness.call('ROLE')) as unknown[]
    if (role === 'master') t.equal(await witness.dbsize(), before, 'and the old one has nothing')
  })
})

t.test('addresses', async (t) => {
  const sentinels = { addresses: [{ host: 's1', port: 26379 }], username: 'u', password: 'p' }
  const good: [string, typeof sentinels | undefined, object][] = [
    ['redis://h', undefined, { login: { db: 0 }, at: { host: 'h', port: 6379 } }],
    ['redis://[::1]:7000/3', undefined, { login: { db: 3 }, at: { host: '::1', port: 7000 } }],
    [
      'rediss://me:p%40ss@h:1',
      undefined,
      {
        login: { username: 'me', password: 'p@ss', db: 0, tls: {} },
        at: { host: 'h', port: 1 },
      },
    ],
    [
      'rediss://:x@My_Master/2',
      sentinels,
      {
        login: { password: 'x', db: 2, tls: {} },
        at: {
          name: 'My_Master',
          addresses: sentinels.addresses,
          login: { username: 'u', password: 'p', tls: {} },
        },
      },
    ],
  ]
  for (const [url, given, expected] of good) t.strictSame(redisAddress(url, given), expected, url)
  const bad: [string, typeof sentinels | undefined][] = [
    ['redis://name:6379', sentinels],
    ['redis://', undefined],
    ['redis://h/a', undefined],
    ['redis://h?db=1', undefined],
    ['redis://h#1', undefined],
    ['http://h', undefined],
    ['h:6379', undefined],
  ]
  for (const [url, given] of bad) {
    t.throws(() => redisAddress(url, given), { code: 'redis-url' }, url)
  }
})
