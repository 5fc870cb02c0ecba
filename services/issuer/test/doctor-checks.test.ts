/** What the doctor of the issuer looks at: every fault is planted once, in a real Redis, a real database or a real folder. */
import { chmodSync } from 'node:fs'
import process from 'node:process'
import { openMigrations } from '@latchkey/directory'
import { runSql, SHARED_SERVER, testDatabases } from '@latchkey/directory/postgres-server'
import { systemClock } from '@latchkey/protocol'
import { examineServer, type RedisExamination } from '@latchkey/store'
import { startRedis, startReplica } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { clockDifference } from '../src/doctor/clock-difference.ts'
import { examineDirectory } from '../src/doctor/directory-check.ts'
import type { Examined } from '../src/doctor/finding.ts'
import { examineProcess } from '../src/doctor/process-check.ts'
import { examineRedis } from '../src/doctor/redis-check.ts'
import { isWeakSecret } from '../src/doctor/weak-secret.ts'

const ids = ({ findings }: Pick<Examined, 'findings'>) => findings.map(({ id }) => id)

/** A Redis that is set up well. */
const GOOD = ['--appendonly', 'yes', '--appendfsync', 'everysec']

async function redisOf(t: Test, args: readonly string[]) {
  const server = await startRedis({ args })
  t.teardown(() => server.stop())
  return server
}

t.test('each thing that loses what Redis keeps is found on a real one', async (t) => {
  const rows: [args: string[], found: string[]][] = [
    [GOOD, []],
    [['--appendonly', 'no'], ['redis-append-only']],
    [[...GOOD, '--appendfsync', 'no'], ['redis-fsync']],
    [[...GOOD, '--maxmemory-policy', 'allkeys-lru'], ['redis-eviction']],
    [[...GOOD, '--maxmemory', '1000000'], ['redis-memory']],
  ]
  for (const [args, found] of rows) {
    const { url } = await redisOf(t, args)
    const { findings } = examineRedis(await examineServer({ url }), systemClock)
    // How fast it answers depends on what else this machine does.
    const here = findings.filter(({ id }) => id !== 'redis-slow')
    t.strictSame(ids({ findings: here }), found, args.join(' '))
  }
})

t.test('replicas that are missing, late, or in the place of the master are found', async (t) => {
  const { url, ...master } = await redisOf(t, GOOD)
  const missing = await examineServer({ url, replicas: 1 })
  t.match(examineRedis(missing, systemClock).findings, [
    { id: 'redis-replicas', facts: { online: 0, awaited: 1 } },
  ])
  const replica = await startReplica({ url, ...master })
  t.teardown(() => replica.stop())
  const whole = await examineServer({ url, replicas: 1 })
  t.notOk(ids(examineRedis(whole, systemClock)).includes('redis-replicas'))
  const late = { ...whole, replicas: whole.replicas.map((one) => ({ ...one, lagSeconds: 11 })) }
  t.ok(ids(examineRedis(late, systemClock)).includes('redis-replica-late'))
  const behind = await examineServer({ url: replica.url })
  t.ok(ids(examineRedis(behind, systemClock)).includes('redis-role'))
})

t.test('what no Redis of a test can be brought to is found all the same', async (t) => {
  const { url } = await redisOf(t, GOOD)
  const good = { ...(await examineServer({ url })), pingMs: [0.1, 0.2, 0.3] }
  const aheadMs = (ms: number) => ({ ...good.time, serverMs: good.time.serverMs + ms })
  const rows: [change: Partial<RedisExamination>, found: string[]][] = [
    [{}, []],
    [{ version: '6.0.20' }, ['redis-version']],
    [{ version: '6.2.0' }, []],
    [{ written: false }, ['redis-not-written']],
    [{ pingMs: [1, 5, 9] }, []],
    [{ pingMs: [1, 5.1, 9] }, ['redis-slow']],
    [{ usedBytes: 900, maxBytes: 1000 }, []],
    [{ usedBytes: 901, maxBytes: 1000 }, ['redis-memory']],
    [{ time: aheadMs(4000) }, []],
    [{ time: aheadMs(7000) }, ['redis-clock']],
    [{ time: aheadMs(-7000) }, ['redis-clock']],
    [{ appendFsync: undefined }, ['redis-fsync-unknown']],
  ]
  for (const [change, found] of rows) {
    const seen = ids(examineRedis({ ...good, ...change }, systemClock))
    t.strictSame(seen, found, JSON.stringify(change))
  }
})

t.test('a clock counts as different only by what the way cannot explain', (t) => {
  const clock = { nowMs: () => 1_000_000 }
  // Asked at 100, answered at 300: the server looked at its clock somewhere between, and it is 400 now.
  const told = (serverMs: number) => ({ serverMs, askedAt: 100, answeredAt: 300 })
  t.equal(clockDifference(told(999_800), clock, 400), 0)
  t.equal(clockDifference(told(999_900), clock, 400), 0, 'at the end of the way')
  t.equal(clockDifference(told(1_001_900), clock, 400), 2)
  t.equal(clockDifference(told(997_700), clock, 400), 2)
  t.end()
})

t.test('what PostgreSQL is set to, and its migrations', async (t) => {
  const databases = testDatabases(process.env[SHARED_SERVER])
  const { url } = await databases.empty()
  const name = new URL(url).pathname.slice(1)
  await runSql(url, `alter database ${name} set synchronous_commit = off`)
  await runSql(url, `delete from migrations where number = (select max(number) from migrations)`)
  const opened = await openMigrations({ url }, systemClock)
  t.teardown(() => opened.close())
  const planted = await opened.examine()
  t.strictSame(ids(examineDirectory(planted, systemClock)), [
    'postgres-fsync',
    'postgres-synchronous-commit',
    'postgres-full-page-writes',
    'migrations-pending',
  ])
  if (planted.kind !== 'postgres') throw new Error('another engine')
  const on = { fsync: 'on', synchronousCommit: 'on', fullPageWrites: 'on', pending: [] }
  const good = { ...planted, ...on, connections: 80, maxConnections: 100 }
  const rows: [change: Partial<typeof good>, found: string[]][] = [
    [{}, []],
    [{ synchronousCommit: 'remote_apply' }, []],
    [{ version: '13.9' }, ['postgres-version']],
    [{ version: '14.0' }, []],
    [{ connections: 81 }, ['postgres-connections']],
    [{ isStandby: true }, ['postgres-standby']],
    [{ isPrivate: false }, ['postgres-plain']],
    [{ tooNew: true }, ['migrations-too-new']],
    [{ time: { ...good.time, serverMs: good.time.serverMs + 9000 } }, ['postgres-clock']],
  ]
  for (const [change, found] of rows) {
    const seen = ids(examineDirectory({ ...good, ...change }, systemClock))
    t.strictSame(seen, found, JSON.stringify(change))
  }
})

t.test('the program and its folder', async (t) => {
  const dataDir = t.testdir({})
  chmodSync(dataDir, 0o700)
  const room = (freeMib: number, totalMib: number) => async () => ({
    freeBytes: freeMib * 1024 * 1024,
    totalBytes: totalMib * 1024 * 1024,
  })
  const rows: [version: string, freeMib: number, totalMib: number, found: string[]][] = [
    ['24.0.0', 5000, 10_000, []],
    ['26.1.0', 5000, 10_000, []],
    ['25.1.0', 5000, 10_000, ['node-version']],
    ['22.1.0', 5000, 10_000, ['node-version']],
    ['24.0.0', 99, 1000, ['disk-full']],
    ['24.0.0', 100, 1000, []],
    ['24.0.0', 1023, 40_000, ['disk-low']],
    ['24.0.0', 1024, 40_000, []],
  ]
  for (const [nodeVersion, free, total, found] of rows) {
    const roomIn = room(free, total)
    const seen = ids(await examineProcess({ dataDir, nodeVersion, roomIn }))
    t.strictSame(seen, found, `${nodeVersion} ${free}`)
  }
  const real = await examineProcess({ dataDir, nodeVersion: '24.0.0' })
  t.ok(Number(real.facts['free_mib']) > 0, 'the system says how much room there is')
  chmodSync(dataDir, 0o705)
  const open = await examineProcess({ dataDir, nodeVersion: '24.0.0', roomIn: room(5000, 5000) })
  t.strictSame(ids(open), ['data-folder-open'])
  t.strictSame(ids(await examineProcess({ nodeVersion: '24.0.0' })), [], 'without a folder')
})

t.test('secrets that somebody has made up are told from random ones', (t) => {
  const weak = [
    'secret-secret-secret-secret-secret-secret',
    'a secret of the robot, long enough',
    'change-me-please-and-do-not-forget-it',
    'ChangeMe-ChangeMe-ChangeMe-ChangeMe!',
    'PASSWORD-of-the-orders-app-in-2026-x',
    '00000000000000000000000000000000',
    '0123456789abcdef0123456789abcdef',
    'correct horse battery correct horse battery',
  ]
  for (const secret of weak) t.ok(isWeakSecret(secret), secret)
  const random = [
    'h7Jk2mPq9sTv4wXz6yBc8dFg1hLn3rUe',
    '8f1c02d94be6a7735e0d9c48b1f26a3d',
    'q83vEjRWeJq83vEjAbCdEf0123546789-_xyzZY',
    '97310582640917352846019283746551',
  ]
  for (const secret of random) t.notOk(isWeakSecret(secret), secret)
  t.end()
})
