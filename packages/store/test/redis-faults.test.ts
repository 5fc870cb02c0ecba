import { newDeviceCode, StoreUnavailable, systemRandom } from '@latchkey/protocol'
import { connectRedisStore, type Store } from '@latchkey/store'
import { type RedisServer, startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { breakableLink } from './breakable-link.ts'
import {
  codeOf,
  FACTS,
  livingFamily,
  livingSession,
  NOW,
  redemptionOf,
  sampleCode,
  sampleFamily,
  sampleSession,
} from './contract/samples.ts'
import { privateRedis } from './private-redis.ts'

const { server, admin, keys, connect } = await privateRedis(t)

/** Every method, so that none is forgotten: the compiler wants each name. */
function everyCall(store: Store, session: ReturnType<typeof sampleSession>, code: string) {
  const family = sampleFamily(session)
  const { sessions, codes, families, log, oneTime, devices, outbox, throttle } = store
  const userCode = 'ABCD'
  const { clientId, scope, audience } = family
  const device = { clientId, scope, audience, userCode, expiresAt: NOW + 600 }
  const deviceCode = newDeviceCode(systemRandom, 0)
  const ended = { ...session, clients: ['orders'], userinfoClaims: {} }
  return {
    sessions: {
      create: () => sessions.create(sampleSession(store, { sub: session.sub }), NOW),
      find: () => sessions.find(session.sid, NOW),
      renew: () => sessions.renew(session.sid, { ...session, acr: '9' }, NOW),
      touch: () => sessions.touch(session.sid, NOW + 2000, NOW),
      noteClient: () => sessions.noteClient(session.sid, 'reports', [], NOW),
      scan: () => sessions.scan('', 10, NOW),
      listByUser: () => sessions.listByUser(session.sub, 10, NOW),
    } satisfies Record<keyof Store['sessions'], unknown>,
    codes: {
      save: () => codes.save(codeOf(session), sampleCode(session), NOW),
      redeem: () => codes.redeem(code, 'orders', NOW),
    } satisfies Record<keyof Store['codes'], unknown>,
    families: {
      create: () => families.create(family, session.rev, NOW),
      redeem: () => families.redeem(redemptionOf(family)),
      restore: () => families.restore(family.familyId, { generation: 1, rotatedBefore: 0 }, NOW),
      list: () => families.list(family.sid, NOW),
      peek: () => families.peek(family.familyId, NOW),
    } satisfies Record<keyof Store['families'], unknown>,
    log: {
      head: () => log.head(0),
      end: () => log.end({ kind: 'all' }, FACTS),
      hasEnded: () => log.hasEnded({ kind: 'all' }, 'word'),
      read: () => log.read(0, 0, 10),
      heartbeat: () => log.heartbeat(0),
      trim: () => log.trim(0, NOW),
    } satisfies Record<Exclude<keyof Store['log'], 'watch' | 'follows'>, unknown>,
    oneTime: {
      claim: () => oneTime.claim('jti', 'a', 60, NOW),
      put: () => oneTime.put('ticket', 'b', '1', 60, NOW),
      take: () => oneTime.take('ticket', 'a', NOW),
      peek: () => oneTime.peek('ticket', 'a', NOW),
    } satisfies Record<keyof Store['oneTime'], unknown>,
    devices: {
      start: () => devices.start(deviceCode, device, 5, NOW),
      find: () => devices.find(userCode, NOW),
      decide: () => devices.decide(userCode, { kind: 'denied' }, NOW),
      poll: () => devices.poll(deviceCode, 'orders', NOW),
    } satisfies Record<keyof Store['devices'], unknown>,
    outbox: {
      add: () => outbox.add(ended, NOW + 905, NOW),
      claim: () => outbox.claim(10, 30, NOW),
      settle: () => outbox.settle(`${session.sid}~0`, { kind: 'failed', outcome: '500' }, NOW),
      ofSession: () => outbox.ofSession(session.sid),
      list: () => outbox.list(10),
    } satisfies Record<keyof Store['outbox'], unknown>,
    throttle: {
      attempt: () => throttle.attempt('a', 'b', { limit: 1, windowSeconds: 60 }, NOW),
      giveBack: () => throttle.giveBack('a', 'b', NOW),
      clear: () => throttle.clear('a', 'b'),
    } satisfies Record<keyof Store['throttle'], unknown>,
    store: { ping: () => store.ping() },
  }
}

/** All of them at once: the name of each, how it failed and after how long. */
async function failAll(calls: ReturnType<typeof everyCall>) {
  const started = performance.now()
  const rows = Object.entries(calls).flatMap(([part, methods]) =>
    Object.entries(methods).map(([name, call]) => ({ name: `${part}.${name}`, call })),
  )
  return await Promise.all(
    rows.map(async ({ name, call }) => {
      const error = await call().then(
        () => 'it succeeded',
        (error: unknown) => error,
      )
      return { name, error, elapsedMs: performance.now() - started }
    }),
  )
}

function allUnavailable(t: Test, rows: Awaited<ReturnType<typeof failAll>>): void {
  const others = rows.filter(({ error }) => !(error instanceof StoreUnavailable))
  t.strictSame(others, [], 'every method throws StoreUnavailable')
  const slowest = Math.max(...rows.map(({ elapsedMs }) => elapsedMs))
  t.ok(slowest < 500, `the slowest after ${slowest.toFixed()} ms`)
}

/** Asks until the store answers again; how long that took. */
async function recovery(store: Store): Promise<number> {
  const started = performance.now()
  for (;;) {
    try {
      await store.ping()
      return performance.now() - started
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/** Keeps asking until the hang has lasted so long; what it does must not depend on how busy the machine is. */
async function hangFor(store: Store, ms: number): Promise<void> {
  const started = performance.now()
  while (performance.now() - started < ms) {
    await store.ping().catch(() => new Promise((resolve) => setTimeout(resolve, 10)))
  }
}

await t.test('a hanging Redis (SIGSTOP)', async (t) => {
  for (const hangMs of [0, 900, 1700]) {
    await t.test(`${hangMs} ms after the first failures nothing of it was done`, async (t) => {
      const own = await startOwn(t)
      const store = await connectRedisStore({ url: own.url })
      t.teardown(() => store.close())
      const family = await livingFamily(store)
      const session = await livingSession(store)
      const code = codeOf(session)
      await store.codes.save(code, sampleCode(session), NOW)
      await store.oneTime.put('ticket', 'a', 'value', 60, NOW)
      const before = await store.sessions.find(session.sid, NOW)

      own.pause()
      const calls = everyCall(store, session, code)
      calls.families.redeem = () => store.families.redeem(redemptionOf(family))
      allUnavailable(t, await failAll(calls))
      await hangFor(store, hangMs)
      allUnavailable(t, await failAll(calls))
      own.resume()

      const recoveredMs = await recovery(store)
      t.ok(recoveredMs < 1500, `answers again after ${recoveredMs.toFixed()} ms, without a restart`)
      t.strictSame(await store.sessions.find(session.sid, NOW), before, 'neither renewed nor ended')
      t.equal((await store.sessions.listByUser(session.sub, 10, NOW)).length, 1)
      t.equal((await store.families.redeem(redemptionOf(family))).kind, 'rotated')
      t.equal((await store.codes.redeem(code, 'orders', NOW)).kind, 'redeemed')
      t.equal(await store.oneTime.take('ticket', 'a', NOW), 'value')
      t.equal(await store.oneTime.claim('jti', 'a', 60, NOW), true)
      t.equal(await store.devices.find('ABCD', NOW), undefined)
      t.strictSame(await store.outbox.list(10), [])
      const rule = { limit: 1, windowSeconds: 60 }
      t.equal((await store.throttle.attempt('a', 'b', rule, NOW)).kind, 'allowed')
      t.match(await store.log.head(0), { position: { offset: 0 } })
    })
  }
})

/** For what a test does to a server that others could not bear. */
async function startOwn(t: Test): Promise<RedisServer> {
  const own = await startRedis()
  t.teardown(() => own.stop())
  return own
}

await t.test('a Redis that goes away', async (t) => {
  await t.test(
    'killed: every method fails at once; empty again: a new epoch, no sessions',
    async (t) => {
      const own = await startOwn(t)
      const said: string[] = []
      const say = (_: object, text: string) => said.push(text)
      const store = await connectRedisStore({ url: own.url, log: { info: say, warn: say } })
      t.teardown(() => store.close())
      said.length = 0
      const session = await livingSession(store)
      await store.log.end({ kind: 'stale', about: session.sub }, FACTS)
      const { position } = await store.log.head(0)
      const heard = Promise.withResolvers<number>()
      store.log.watch(heard.resolve)

      await own.kill()
      allUnavailable(t, await failAll(everyCall(store, session, codeOf(session))))
      await own.start()
      const recoveredMs = await recovery(store)
      t.ok(recoveredMs < 1500, `answers again after ${recoveredMs.toFixed()} ms`)
      t.strictSame(said, ['Redis is unavailable', 'Redis is available again'])
      t.equal(await heard.promise, 0, 'watchers are told that they may have missed something')
      const { position: after } = await store.log.head(0)
      t.ok(after.epoch > position.epoch)
      t.equal(after.offset, 0)
      t.equal(await store.sessions.find(session.sid, NOW), undefined)
      const again = Promise.withResolvers<number>()
      store.log.watch(again.resolve)
      await livingSession(store)
      await store.log.end({ kind: 'all' }, FACTS)
      t.equal(await again.promise, 0, 'and hear of entries again')
    },
  )

  await t.test('a connection that swallows everything is given up for a new one', async (t) => {
    const link = await breakableLink(server.port)
    t.teardown(() => link.close())
    const store = await connect(t, { url: link.url })
    link.swallow()
    const recoveredMs = await recovery(store)
    t.ok(recoveredMs < 1500, `answers again after ${recoveredMs.toFixed()} ms`)
  })

  await t.test('a failure is reported when Redis can no longer carry it out', async (t) => {
    const link = await breakableLink(server.port)
    t.teardown(() => link.close())
    const store = await connect(t, { url: link.url })
    server.pause()
    t.teardown(() => server.resume())
    const started = performance.now()
    const ping = t.rejects(store.ping(), StoreUnavailable)
    await new Promise(setImmediate)
    link.cut()
    await ping
    const elapsedMs = performance.now() - started
    t.ok(elapsedMs >= 398 && elapsedMs < 500, `after ${elapsedMs.toFixed()} ms, though cut at once`)
    server.resume()
  })

  await t.test('a flushed script cache is filled again', async (t) => {
    const store = await connect(t)
    const family = await livingFamily(store)
    await admin.script('FLUSH')
    t.equal((await store.families.redeem(redemptionOf(family))).kind, 'rotated')
    await admin.script('FLUSH')
    t.equal((await store.families.redeem(redemptionOf(family))).kind, 'replayed')
  })

  await t.test(
    'a Redis that takes no writes is unavailable, and nothing is half done',
    async (t) => {
      const store = await connect(t)
      const family = await livingFamily(store)
      const states: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
        ['read-only', () => admin.replicaof('127.0.0.1', 1), () => admin.replicaof('NO', 'ONE')],
        [
          'out of memory',
          () => admin.config('SET', 'maxmemory', 1),
          () => admin.config('SET', 'maxmemory', 0),
        ],
      ]
      for (const [name, begin, finish] of states) {
        await begin()
        await t.rejects(store.log.heartbeat(0), new StoreUnavailable('Redis'), name)
        await t.rejects(store.families.redeem(redemptionOf(family)), StoreUnavailable, name)
        await t.rejects(
          store.log.end({ kind: 'session', sid: family.sid }, FACTS),
          StoreUnavailable,
        )
        await finish()
        await recovery(store)
        t.equal((await store.families.peek(family.familyId, NOW))?.family.generation, 1, name)
        t.match(await store.log.head(0), { position: { offset: 0 } })
      }
    },
  )

  await t.test('attack J4: a Redis that begins to throw keys away is given up', async (t) => {
    const said: string[] = []
    const say = (_: object, text: string) => said.push(text)
    const store = await connect(t, { log: { info: say, warn: say } })
    await livingSession(store)
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    while (!said.includes('this Redis cannot be used')) await new Promise(setImmediate)
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await recovery(store)
  })

  await t.test('attack J6: what somebody else wrote opens nothing', async (t) => {
    const store = await connect(t)
    const family = await livingFamily(store)
    const { sid } = family
    const key = keys.session(sid)
    const kept = (await admin.getBuffer(key)) as Buffer
    const forged = [
      Buffer.alloc(0),
      Buffer.from('return redis.call("FLUSHALL")'),
      Buffer.from([0xc0]),
      Buffer.from([0x80]),
      Buffer.from([0x90]),
      kept.subarray(0, kept.length / 2),
      Buffer.concat([Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]), kept]),
    ]
    for (const bytes of forged) {
      await admin.set(key, bytes)
      const outcome = await store.families.redeem(redemptionOf(family)).then(
        ({ kind }) => kind,
        (error: unknown) => (error instanceof StoreUnavailable ? 'dead' : error),
      )
      t.equal(outcome, 'dead', bytes.toString('latin1').slice(0, 20))
    }
    await admin.set(key, kept)
    t.equal(
      (await store.families.redeem(redemptionOf(family))).kind,
      'rotated',
      'and breaks nothing',
    )
  })

  await t.test('a closed store answers nothing, and closing twice is harmless', async (t) => {
    const store = await connect(t)
    await store.close()
    await store.close()
    await t.rejects(store.ping(), StoreUnavailable)
  })

  await t.test('a Redis whose clock is set is understood after one call', async (t) => {
    const store = await connect(t)
    const learned = performance.now
    t.teardown(() => {
      performance.now = learned
    })
    // An hour passes for the server while none passes here.
    performance.now = () => learned.call(performance) - 3_600_000
    await t.rejects(store.ping(), StoreUnavailable)
    await store.ping()
  })

  await t.test('what fails keeps the reason and loses the arguments', async (t) => {
    const store = await connect(t)
    const session = await livingSession(store)
    await admin.del(keys.session(session.sid))
    await admin.hset(keys.session(session.sid), { a: 'hash' })
    const error = await store.sessions.touch(session.sid, NOW + 1, NOW).catch((error) => error)
    t.type(error, StoreUnavailable)
    t.match(error.cause.message, /WRONGTYPE/)
    t.strictSame(Object.keys(error.cause), [])
  })
})

admin.disconnect()
await server.stop()
