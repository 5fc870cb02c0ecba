import { StoreUnavailable } from '@latchkey/protocol'
import { examineServer, type RedisExamination } from '@latchkey/store'
import { startRedis, startReplica } from '@latchkey/store/redis-server'
import t from 'tap'
import { privateRedis } from './private-redis.ts'

const { server, admin, connect } = await privateRedis(t)

t.test('the store says what its Redis is set to, also when that has changed', async (t) => {
  const store = await connect(t)
  const rows: [setting: string, value: string, member: keyof RedisExamination, tells: unknown][] = [
    ['appendonly', 'no', 'appendOnly', false],
    ['appendonly', 'yes', 'appendOnly', true],
    ['appendfsync', 'everysec', 'appendFsync', 'everysec'],
    ['appendfsync', 'no', 'appendFsync', 'no'],
    ['maxmemory-policy', 'allkeys-lru', 'evictionPolicy', 'allkeys-lru'],
    ['maxmemory-policy', 'noeviction', 'evictionPolicy', 'noeviction'],
    ['maxmemory', '64mb', 'maxBytes', 64 * 1024 * 1024],
    ['maxmemory', '0', 'maxBytes', 0],
  ]
  for (const [setting, value, member, tells] of rows) {
    await admin.config('SET', setting, value)
    const found = (await store.examine()) as RedisExamination
    t.equal(found[member], tells, `${setting} ${value}`)
  }
  await admin.config('SET', 'appendonly', 'no')
})

t.test('version, role, clock and latency are there', async (t) => {
  const found = await examineServer({ url: server.url })
  t.match(found, { kind: 'redis', version: /^\d+\.\d+/, role: 'master', written: true })
  t.equal(found.pingMs.length, 20)
  t.ok(found.pingMs.every((ms, at) => ms > 0 && ms >= (found.pingMs[at - 1] ?? 0)))
  t.ok(Math.abs(found.time.serverMs - Date.now()) < 5000)
  t.ok(found.time.askedAt < found.time.answeredAt && found.usedBytes > 1000)
})

t.test('a replica is seen, and where it is gone', async (t) => {
  const replica = await startReplica(server)
  t.teardown(() => replica.stop())
  const { replicas, awaitedReplicas } = await examineServer({ url: server.url, replicas: 2 })
  t.match(replicas, [{ address: `127.0.0.1:${replica.port}`, online: true, lagSeconds: Number }])
  t.equal(awaitedReplicas, 2)
  t.equal((await examineServer({ url: replica.url })).role, 'slave')
})

t.test('a user that may not ask for settings is told the rest', async (t) => {
  t.teardown(() => admin.acl('DELUSER', 'store'))
  const rights = ['~lk:*', '&lk:*', '+@all', '-@admin', '-@dangerous', '+info']
  await admin.acl('SETUSER', 'store', 'on', '>p', ...rights)
  const url = server.url.replace('//', '//store:p@')
  t.match(await examineServer({ url }), { appendFsync: undefined, evictionPolicy: 'noeviction' })
})

t.test('a Redis that hangs or is gone is StoreUnavailable in time', async (t) => {
  const own = await startRedis()
  t.teardown(() => own.stop())
  const store = await connect(t, { url: own.url })
  own.pause()
  const before = performance.now()
  await t.rejects(store.examine(), StoreUnavailable)
  t.ok(performance.now() - before < 1000)
  await t.rejects(examineServer({ url: own.url, connectTimeoutMs: 200 }), StoreUnavailable)
})

t.teardown(async () => {
  admin.disconnect()
  await server.stop()
})
