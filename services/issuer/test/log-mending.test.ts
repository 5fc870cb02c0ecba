import { once } from 'node:events'
import { connect } from 'node:net'
import { openSqliteDirectory } from '@latchkey/directory'
import {
  type EndReason,
  type EndTarget,
  LIMITS,
  newSessionId,
  StoreUnavailable,
  systemClock,
  systemRandom,
  systemScheduler,
} from '@latchkey/protocol'
import { connectRedisStore, type Store } from '@latchkey/store'
import { startRedis, startReplica } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { readAuditedEnd } from '../src/ending/audited-end.ts'
import { ender, entryExpiresAt } from '../src/ending/end.ts'
import { endRecordedLate } from '../src/ending/end-recorded-late.ts'
import { keptRecords } from '../src/ending/kept-records.ts'
import { logMending } from '../src/ending/log-mending.ts'
import { leaseClock } from '../src/feed/lease-clock.ts'
import { logTail } from '../src/feed/log-tail.ts'
import { entry, logOf } from './fixtures/log-of.ts'

type Directory = Awaited<ReturnType<typeof openSqliteDirectory>>

const BY_HAND = { sub: 'svc:operator' }

async function directoryFor(t: Test): Promise<Directory> {
  const directory = await openSqliteDirectory({
    file: ':memory:',
    clock: systemClock,
    random: systemRandom,
  })
  t.teardown(() => directory.close())
  return directory
}

/** What one issuer process does for leases and ends. */
async function issuerProcess(
  t: Test,
  { directory, url, aheadMs = 0 }: { directory: Directory; url: string; aheadMs?: number },
) {
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
  const store = await connectRedisStore({ url, clock })
  t.teardown(() => store.close())
  const said: string[] = []
  const parts = {
    partitions: 1,
    clock,
    scheduler: systemScheduler,
    leaseMs: 5000,
    warn: (_: object, text: string) => void said.push(text),
  }
  const tail = logTail({ log: store.log, ...parts })
  await tail.start()
  t.teardown(() => tail.stop())
  const { audit } = directory
  const mending = logMending({ ...parts, store, audit, tail })
  const lease = leaseClock({ ...parts, log: store.log, tail, mending })
  const feed = { published: tail.appended, epochNow: () => tail.position(0).epoch }
  const log = { error: () => {} }
  const retries: (() => void)[] = []
  const records = keptRecords({
    ...{ audit, log },
    late: endRecordedLate({ ...feed, store, clock, poke: tail.poke }),
    scheduler: {
      after: (_, task) => {
        retries.push(task)
        return () => {}
      },
    },
  })
  const { end } = ender({ ...feed, store, audit: records, clock, log, tell: () => {} })
  return { store, tail, lease, end, said, retries }
}

type Process = Awaited<ReturnType<typeof issuerProcess>>

/** Beats until the store is there again and confirms. */
async function confirmed({ lease }: Process): Promise<void> {
  while (!(await lease.beat())) await new Promise((next) => setTimeout(next, 20))
}

const names = ({ tail }: Process) => tail.living(0).map(({ k, v, r }) => `${k} ${v} ${r ?? ''}`)

/** A row for each kind of target. */
function targets(): [EndTarget, EndReason, string][] {
  const sid = newSessionId(systemRandom, 0)
  const exp = Math.floor(Date.now() / 1000) + 300
  const token = { kind: 'token', jti: 'j1', sub: 'u_1', exp, aud: 'https://a.example' } as const
  return [
    [token, 'token_revoked', 'token j1 token_revoked'],
    [{ kind: 'user', sub: 'u_1' }, 'password_changed', 'user u_1 password_changed'],
    [{ kind: 'client', clientId: 'app' }, 'client_disabled', 'client app '],
    [
      { kind: 'service', audience: 'https://a.example' },
      'service_quarantined',
      'service https://a.example ',
    ],
    [{ kind: 'key', kid: 'k1' }, 'key_compromised', 'key k1 '],
    [{ kind: 'stale', about: 'u_1' }, 'permissions_changed', 'stale u_1 '],
    [{ kind: 'all' }, 'emergency', 'all  '],
    [{ kind: 'session', sid }, 'sign_out', `session ${sid} sign_out`],
  ]
}

async function sessionOf(store: Store, sid: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const { position: rev } = await store.log.head(0)
  await store.sessions.create(
    {
      ...{ sid, sub: 'u_1', handleHash: 'h', authTime: now, acr: '1', amr: [], createdAt: now },
      ...{ idleExpiresAt: now + 900, absoluteExpiresAt: now + 900, userAgent: '', rev },
    },
    now,
  )
}

/** One command, as an operator types it. */
async function command(url: string, ...words: string[]): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end(`${words.join(' ')}\r\n`)
  const [answer] = await once(socket, 'data')
  if (!String(answer).startsWith('+OK')) throw new Error(String(answer))
}

const flush = (url: string) => command(url, 'FLUSHALL')

await t.test(
  'FLUSHALL: recent ends stand in the new log before anything is confirmed',
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const directory = await directoryFor(t)
    const [one, other] = [
      await issuerProcess(t, { directory, url: redis.url }),
      await issuerProcess(t, { directory, url: redis.url }),
    ]
    const both = () => Promise.all([confirmed(one), confirmed(other)])
    await both()
    const rows = targets()
    for (const [target, reason] of rows) {
      if (target.kind === 'session') await sessionOf(one.store, target.sid)
      t.equal((await one.end(target, reason, BY_HAND)).entries.length, 1, target.kind)
    }
    const expected = rows.map(([, , name]) => name)
    t.strictSame(names(one), expected)
    const before = one.tail.position(0)

    await flush(redis.url)
    await both()
    for (const process of [one, other]) {
      t.strictSame(names(process).toSorted(), expected.toSorted(), 'each once, though two looked')
      t.ok(process.tail.position(0).epoch > before.epoch)
      t.strictSame(process.lease.confirmed()?.positions[0]?.offset, rows.length)
    }
    t.equal([...one.said, ...other.said].filter((text) => /lacked ends/.test(text)).length, 1)
    t.match(await directory.audit.list({ limit: 9, action: 'log.mend' }), [
      { actor: { sub: 'issuer' }, reason: 'log_lost', detail: { ends: rows.length } },
    ])

    await t.test('a process that starts later finds nothing to do', async (t) => {
      const third = await issuerProcess(t, { directory, url: redis.url })
      await confirmed(third)
      t.strictSame(names(third), names(one))
    })

    await t.test('nor one that starts when the entries have been trimmed', async (t) => {
      await one.end({ kind: 'key', kid: 'k2' }, 'key_compromised', BY_HAND)
      await one.store.log.trim(0, Math.floor(Date.now() / 1000) + 1000)
      const late = await issuerProcess(t, { directory, url: redis.url })
      await confirmed(late)
      t.strictSame(names(late), [])
    })

    await t.test('nothing is confirmed while the records cannot be read', async (t) => {
      const { list } = directory.audit
      const away = { list: async () => Promise.reject(new StoreUnavailable('SQL')) }
      Object.assign(directory.audit, away)
      await flush(redis.url)
      t.equal(await one.lease.beat(), false)
      t.equal(one.lease.confirmed(), undefined)
      Object.assign(directory.audit, { list })
      await both()
      t.strictSame(names(one).toSorted(), [...expected, 'key k2 '].toSorted())
    })
  },
)

await t.test('a failover that lost the last writes', async (t) => {
  const master = await startRedis()
  t.teardown(() => master.stop())
  const directory = await directoryFor(t)
  const first = await issuerProcess(t, { directory, url: master.url })
  await confirmed(first)
  await first.end({ kind: 'key', kid: 'old' }, 'key_compromised', BY_HAND)
  const replica = await startReplica(master)
  t.teardown(() => replica.stop())
  await command(replica.url, 'REPLICAOF', 'NO', 'ONE')
  await first.end({ kind: 'key', kid: 'lost' }, 'key_compromised', BY_HAND)
  await master.kill()

  // Nobody is left who saw the end: only the record knows of it.
  const fresh = await issuerProcess(t, { directory, url: replica.url })
  t.strictSame(names(fresh), ['key old '])
  await confirmed(fresh)
  t.strictSame(names(fresh), ['key old ', 'key lost '], 'what is there is not written again')
})

await t.test('an end that the store has not confirmed is carried out, too', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const directory = await directoryFor(t)
  const process = await issuerProcess(t, { directory, url: redis.url })
  await confirmed(process)
  redis.pause()
  await t.rejects(process.end({ kind: 'key', kid: 'k' }, 'emergency', BY_HAND), StoreUnavailable)
  redis.resume()
  await confirmed(process)
  t.strictSame(names(process), [], 'its caller was told that it failed')
  await flush(redis.url)
  await confirmed(process)
  t.strictSame(names(process), ['key k '], 'but after a loss nobody knows whether it did')
})

await t.test('an end whose record came after the mending is written again', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const directory = await directoryFor(t)
  const [slow, other] = [
    await issuerProcess(t, { directory, url: redis.url }),
    await issuerProcess(t, { directory, url: redis.url }),
  ]
  await Promise.all([confirmed(slow), confirmed(other)])
  const { append } = directory.audit
  const late: typeof append = async (record) => {
    Object.assign(directory.audit, { append })
    await flush(redis.url)
    await confirmed(other)
    await confirmed(slow)
    t.strictSame(names(other), [])
    await append(record)
  }
  Object.assign(directory.audit, { append: late })
  await slow.end({ kind: 'key', kid: 'k' }, 'emergency', BY_HAND)
  await confirmed(other)
  t.strictSame(names(other), ['key k '])

  Object.assign(directory.audit, { append: () => Promise.reject(new StoreUnavailable('SQL')) })
  await slow.end({ kind: 'key', kid: 'm' }, 'emergency', BY_HAND)
  await flush(redis.url)
  Object.assign(directory.audit, { append })
  await confirmed(other)
  t.strictSame(names(other), ['key k '])
  const [retry] = slow.retries
  retry?.()
  for (let turn = 0; turn < 200 && names(other).length < 2; turn++) await other.tail.poke()
  t.strictSame(names(other), ['key k ', 'key m '], 'also one that SQL could not take at first')
})

await t.test('attack J5: clocks of issuers that differ decide nothing', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const directory = await directoryFor(t)
  const [slow, fast] = [
    await issuerProcess(t, { directory, url: redis.url, aheadMs: -30_000 }),
    await issuerProcess(t, { directory, url: redis.url, aheadMs: 30_000 }),
  ]
  const both = () => Promise.all([confirmed(slow), confirmed(fast)])
  await both()
  const ended: string[] = []
  for (const [index, process] of [slow, fast, slow, fast].entries()) {
    const { position } = await process.store.log.head(0)
    const outcome = await process.end({ kind: 'user', sub: `u_${index}` }, 'admin', BY_HAND)
    ended.push(`user u_${index} admin`)
    t.ok(
      (outcome.entries[0]?.o ?? 0) > position.offset,
      'an end stands behind what was read before',
    )
    await both()
    t.strictSame([names(slow), names(fast)], [ended, ended], 'and both know of it at once')
  }
  const { epoch } = fast.tail.position(0)
  await flush(redis.url)
  await both()
  const found = [...new Set([...names(slow), ...names(fast)])]
  t.strictSame(found.toSorted(), ended, 'after a loss the ends of both are there again')
  t.ok(slow.tail.position(0).epoch > epoch, 'in a newer epoch, whoever begins it')
})

t.test('attack J5: the entry of a slow issuer outlives the tokens of a fast one', async (t) => {
  const now = 1_790_000_000
  const { accessTokenMaxSeconds, clockSkewSeconds } = LIMITS
  t.ok(entryExpiresAt(now - 30) >= now + 30 + accessTokenMaxSeconds + clockSkewSeconds)
  t.equal(entryExpiresAt(now, now + 300), now + 300 + clockSkewSeconds, 'of a token its own time')
})

t.test('a log that lost its last writes and went on is read anew', async (t) => {
  const log = logOf(10, 3)
  const tail = logTail({ log: log.log, partitions: 1, warn: () => {} })
  await tail.start()
  const resets: number[] = []
  tail.listen({ appended: () => {}, reset: (partition) => resets.push(partition) })
  const other = (o: number) => ({ ...entry(o, 'session', 'other'), d: `e${o}` })

  log.state.entries.splice(2, 1, other(3))
  t.equal(await tail.reach(0, 10, 3), true, 'the offset alone tells nothing')
  t.equal(await tail.reach(0, 10, 3, 'e3'), true)
  t.strictSame([resets, tail.living(0).at(-1)], [[0], other(3)])

  log.state.entries.splice(2, 1, entry(3))
  log.append(other(4))
  await tail.poke()
  t.strictSame(tail.living(0).slice(2), [entry(3), other(4)], 'also when it has gone on')
  t.equal(await tail.reach(0, 10, 4, 'd4'), false, 'and what is not there is not reached')
})

t.test('what a record cannot tell is no end', async (t) => {
  const read = (target: unknown, reason = 'admin') =>
    readAuditedEnd({ reason, detail: { target, epoch: 1, positions: [{ partition: 0 }] } })
  const all = { target: { kind: 'all' }, reason: 'admin', epoch: 1, places: [] }
  t.strictSame(read({ kind: 'all' }), all)
  for (const target of [
    undefined,
    null,
    'all',
    {},
    { kind: 'toString' },
    { kind: 'session' },
    { kind: 'session', sid: '' },
    { kind: 'token', jti: 'j', sub: 's' },
  ]) {
    t.equal(read(target), undefined, JSON.stringify(target))
  }
  t.equal(read({ kind: 'all' }, 'because'), undefined)
})
