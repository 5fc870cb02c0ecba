import type { Store } from '@latchkey/store'
import t from 'tap'
import { FACTS, livingSession, NOW } from './contract/samples.ts'
import { privateRedis } from './private-redis.ts'

const { server, admin, keys, connect } = await privateRedis(t)

await t.test('epochs', async (t) => {
  const clock = { nowMs: () => NOW * 1000, monotonicMs: () => 0 }
  const end = (store: Store) => store.log.end({ kind: 'key', kid: 'k' }, FACTS)
  const position = async (store: Store) => (await store.log.heartbeat(0)).position

  await t.test(
    'a log that vanished starts a new epoch, above every one that was seen',
    async (t) => {
      const store = await connect(t, { clock })
      await end(store)
      t.match(await position(store), { epoch: NOW, offset: 1 })
      await admin.flushall()
      t.match(await position(store), { epoch: NOW + 1, offset: 0 })
      t.match(await end(store), { epoch: NOW + 1, entries: [{ o: 1 }] })
    },
  )

  await t.test('half a log starts a new epoch, and its entries stay', async (t) => {
    const store = await connect(t, { clock })
    const [first, second] = [await end(store), await end(store)]
    await admin.del(keys.head)
    t.match(await position(store), { epoch: NOW + 1, offset: 2 })
    const slice = await store.log.read(0, 0, 10)
    t.strictSame(slice, {
      epoch: NOW + 1,
      entries: [...first.entries, ...second.entries],
      complete: true,
    })
    await admin.del(keys.log)
    const fresh = await connect(t, { clock })
    t.match(await position(fresh), { epoch: NOW + 2, offset: 2 }, 'also one that has seen nothing')
    t.match((await end(store)).entries, [{ o: 3 }])
  })

  await t.test('a trimmed log that lost its head goes on counting in a new epoch', async (t) => {
    const store = await connect(t, { clock })
    await end(store)
    await store.log.trim(0, NOW + 10_000)
    await admin.del(keys.head)
    t.match(await position(store), { epoch: NOW + 1, offset: 1 })
    t.match((await end(store)).entries, [{ o: 2 }])
  })

  /** What a failover to a replica that was behind does to the log. */
  async function goBack(work: () => Promise<unknown>): Promise<void> {
    const kept = await Promise.all([keys.head, keys.log].map((key) => admin.dumpBuffer(key)))
    await work()
    for (const [index, key] of [keys.head, keys.log].entries()) {
      await admin.restore(key, 0, kept[index] as Buffer, 'REPLACE')
    }
  }

  await t.test('a log that lost its last writes is noticed by who saw them', async (t) => {
    const store = await connect(t, { clock })
    await end(store)
    await goBack(() => end(store))
    t.match(await position(store), { epoch: NOW + 1, offset: 1 })
    t.match(await position(store), { epoch: NOW + 1, offset: 1 }, 'once')
  })

  await t.test('a log that lost writes and went on is noticed by its digests', async (t) => {
    const [store, other] = [await connect(t, { clock }), await connect(t, { clock })]
    await end(store)
    await goBack(() => end(store))
    await other.log.end({ kind: 'key', kid: 'another' }, FACTS)
    t.match(await other.log.heartbeat(0), { position: { epoch: NOW, offset: 2 } })
    await end(other)
    t.match(await position(store), { epoch: NOW + 1, offset: 3 })
    t.match(await position(other), { epoch: NOW + 1, offset: 3 })
  })

  await t.test('a log that is merely ahead of this process is believed', async (t) => {
    const [store, other] = [await connect(t, { clock }), await connect(t, { clock })]
    await end(store)
    await end(other)
    await end(other)
    t.match(await position(store), { epoch: NOW, offset: 3 })
  })

  await t.test('cuts of an old epoch go on cutting, and cut nothing that is newer', async (t) => {
    const store = await connect(t, { clock })
    const isAlive = async (sid: string) => (await store.sessions.find(sid, NOW)) !== undefined
    for (let n = 0; n < 5; n++) await end(store)
    const cut = await livingSession(store)
    await store.log.end({ kind: 'user', sub: cut.sub }, FACTS)
    const spared = await livingSession(store, { sub: cut.sub })
    await admin.del(keys.head, keys.log)
    const born = await livingSession(store, { sub: cut.sub })
    t.match(born, { sub: cut.sub })
    t.strictSame(
      [await isAlive(cut.sid), await isAlive(spared.sid), await isAlive(born.sid)],
      [false, true, true],
    )
    t.match(await position(store), { epoch: NOW + 1, offset: 0 })
    await store.log.end({ kind: 'user', sub: cut.sub }, FACTS)
    t.strictSame([await isAlive(spared.sid), await isAlive(born.sid)], [false, false])
  })
})

await t.test('several processes', async (t) => {
  await t.test('each hears of what another appended', async (t) => {
    const [here, there] = [await connect(t), await connect(t)]
    const heard = Promise.withResolvers<number>()
    here.log.watch(heard.resolve)
    await there.log.end({ kind: 'all' }, FACTS)
    t.equal(await heard.promise, 0)
  })

  await t.test('an ended session leaves the list of its user', async (t) => {
    const store = await connect(t)
    const { sid, sub } = await livingSession(store)
    await store.log.end({ kind: 'session', sid }, FACTS)
    await store.ping()
    t.equal(await admin.exists(keys.user(sub)), 0)

    const [first, second, third] = [
      await livingSession(store, { sub }),
      await livingSession(store, { sub }),
      await livingSession(store, { sub }),
    ]
    const ttl = await admin.ttl(keys.user(sub))
    await store.log.end({ kind: 'session', sid: second.sid }, FACTS)
    await store.ping()
    t.equal(await admin.get(keys.user(sub)), `${first.sid} ${NOW}\n${third.sid} ${NOW}\n`)
    t.equal(await admin.ttl(keys.user(sub)), ttl)
  })

  await t.test(
    'a session that can live no more leaves the list with the next sign-in',
    async (t) => {
      const store = await connect(t)
      const { sub } = await livingSession(store)
      const week = 7 * 24 * 3600
      const middle = await livingSession(store, { sub, createdAt: NOW + 10 })
      const createdAt = NOW + week + 1
      const lasting = { idleExpiresAt: createdAt + 100, absoluteExpiresAt: createdAt + 100 }
      const last = await livingSession(store, { sub, createdAt, ...lasting })
      const kept = [middle, last].map(({ sid, createdAt }) => `${sid} ${createdAt}\n`)
      t.equal(await admin.get(keys.user(sub)), kept.join(''))
    },
  )
})

admin.disconnect()
await server.stop()
