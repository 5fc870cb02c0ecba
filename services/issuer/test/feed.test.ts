import type { FeedPosition, IssuerMessage } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { verifierConnection } from '../src/feed/connection.ts'
import { frameShelf } from '../src/feed/frame-shelf.ts'
import { leaseClock } from '../src/feed/lease-clock.ts'
import { logTail } from '../src/feed/log-tail.ts'
import { entry, logOf } from './fixtures/log-of.ts'

const audience = 'https://a.example'
const quiet = { partitions: 1, warn: () => {} }

async function tailOf(log: ReturnType<typeof logOf>) {
  const tail = logTail({ log: log.log, ...quiet })
  await tail.start()
  return tail
}

function connect(tail: Awaited<ReturnType<typeof tailOf>>, buffered = 0) {
  const sent: IssuerMessage[] = []
  const closed: [number, string][] = []
  const connection = verifierConnection({
    id: 'v',
    audience,
    tail,
    shelf: frameShelf(),
    partitions: 1,
    leaseMs: 5000,
    socket: {
      bufferedAmount: buffered,
      encoding: 'text',
      wrapKey: (_kid, k) => k,
      send: ({ body }) => sent.push(JSON.parse(String(body))),
      end: (code, reason) => closed.push([code, reason]),
      drained: async () => {},
      terminate: () => t.fail('it is closed first'),
    },
  })
  return { connection, sent, closed }
}

t.test('the tail of the log', async (t) => {
  t.test('starts with everything that is there and goes on in order', async (t) => {
    const log = logOf(10, 3)
    const tail = await tailOf(log)
    const heard: number[] = []
    tail.listen({
      appended: (_, entries) => heard.push(...entries.map(({ o }) => o)),
      reset: () => t.fail(),
    })
    t.strictSame(tail.position(0), { p: 0, epoch: 10, offset: 3, digest: 'd3' })
    log.append(entry(4), entry(5))
    await tail.poke()
    t.strictSame(heard, [4, 5])
    t.equal(tail.living(0).length, 5)
  })
  t.test('reads more than one page', async (t) => {
    const tail = await tailOf(logOf(10, 2500))
    t.equal(tail.position(0).offset, 2500)
    t.equal(tail.living(0).length, 2500)
  })
  t.test('an entry appended before poke is here when poke has resolved, 200 times', async (t) => {
    const log = logOf(10, 0)
    const tail = await tailOf(log)
    for (let o = 1; o <= 200; o++) {
      const under_way = tail.poke()
      log.state.entries.push(entry(o))
      await tail.poke()
      t.equal(tail.position(0).offset, o)
      await under_way
    }
  })
  t.test('another epoch replaces everything and is told', async (t) => {
    const log = logOf(10, 3)
    const tail = await tailOf(log)
    const resets: number[] = []
    tail.listen({ appended: () => t.fail(), reset: (partition) => resets.push(partition) })
    log.state.epoch = 11
    log.state.entries = [entry(1, 'user', 'u_1')]
    await tail.poke()
    t.strictSame(resets, [0])
    t.strictSame(tail.living(0), [entry(1, 'user', 'u_1')])
    t.equal(await tail.reach(0, 10, 1), false)
    t.equal(await tail.reach(0, 11, 1), true)
  })
  t.test('a store that is away does not break it', async (t) => {
    const log = logOf(10, 1)
    const tail = await tailOf(log)
    log.state.away = true
    await tail.poke()
    log.state.away = false
    log.append(entry(2))
    await tail.poke()
    t.equal(tail.position(0).offset, 2)
  })
  const positions = [
    ['its own place: nothing is missing', { epoch: 10, offset: 5, digest: 'd5' }, []],
    ['a place further back', { epoch: 10, offset: 3, digest: 'd3' }, [4, 5]],
    ['another epoch', { epoch: 9, offset: 3, digest: 'd3' }, undefined],
    ['a place ahead', { epoch: 10, offset: 6, digest: 'd6' }, undefined],
    [
      'the same offset of a log that lost its last writes',
      { epoch: 10, offset: 3, digest: 'xx' },
      undefined,
    ],
    [
      'the head of a log that lost its last writes',
      { epoch: 10, offset: 5, digest: 'xx' },
      undefined,
    ],
    ['the very beginning', { epoch: 10, offset: 0, digest: '' }, [1, 2, 3, 4, 5]],
    ['a beginning of something else', { epoch: 10, offset: 0, digest: 'xx' }, undefined],
  ] as const
  const tail = await tailOf(logOf(10, 5))
  for (const [name, position, expected] of positions) {
    t.test(`after ${name}`, async (t) => {
      t.strictSame(
        tail.after({ p: 0, ...position })?.map(({ o }) => o),
        expected,
      )
    })
  }
})

t.test('a verifier connection', async (t) => {
  t.test('a new verifier gets a snapshot, one that was here before the rest', async (t) => {
    const tail = await tailOf(logOf(10, 3))
    const fresh = connect(tail)
    await fresh.connection.place([])
    t.match(fresh.sent, [{ t: 'snapshot', first: true, more: false, position: { offset: 3 } }])
    const back = connect(tail)
    await back.connection.place([{ p: 0, epoch: 10, offset: 2, digest: 'd2' }])
    t.match(back.sent, [{ t: 'entries', epoch: 10, entries: [{ o: 3 }] }])
  })
  t.test('a long snapshot comes in parts, the last of which says so', async (t) => {
    const { connection, sent } = connect(await tailOf(logOf(10, 650)))
    await connection.place([])
    t.match(sent, [
      { first: true, more: true },
      { first: false, more: true },
      { first: false, more: false },
    ])
  })
  t.test('an empty log is one snapshot without entries', async (t) => {
    const { connection, sent } = connect(await tailOf(logOf(10, 0)))
    await connection.place([])
    t.match(sent, [{ t: 'snapshot', first: true, more: false, entries: [] }])
  })
  t.test('entries before the hello are not sent', async (t) => {
    const { connection, sent } = connect(await tailOf(logOf(10, 1)))
    connection.append(10, [entry(2)])
    t.strictSame(sent, [])
  })
  t.test('a hole is filled by a snapshot, never jumped over', async (t) => {
    const { connection, sent } = connect(await tailOf(logOf(10, 1)))
    await connection.place([])
    connection.append(10, [entry(3)])
    t.match(sent, [{ t: 'snapshot' }, { t: 'snapshot' }])
  })
  const acks = [
    ['up to what was sent counts', 10, 3, true, 3],
    ['of less counts', 10, 2, true, 2],
    ['ahead of what was sent is a lie', 10, 4, false, undefined],
    ['of a later epoch is a lie', 11, 1, false, undefined],
    ['of an earlier epoch does not count', 9, 99, true, undefined],
  ] as const
  for (const [name, epoch, offset, believed, counted] of acks) {
    t.test(`an ack ${name}`, async (t) => {
      const { connection } = connect(await tailOf(logOf(10, 3)))
      await connection.place([])
      t.equal(connection.ack(0, epoch, offset), believed)
      t.equal(connection.acked(0)?.offset, counted)
    })
  }
  t.test('an ack never moves back', async (t) => {
    const { connection } = connect(await tailOf(logOf(10, 3)))
    await connection.place([])
    connection.ack(0, 10, 3)
    connection.ack(0, 10, 1)
    t.equal(connection.acked(0)?.offset, 3)
  })
  t.test('a verifier that stops reading is cut off', async (t) => {
    const { connection, sent, closed } = connect(await tailOf(logOf(10, 1)), 5 * 1024 * 1024)
    await connection.place([])
    t.strictSame(sent, [])
    t.match(closed, [[1013, /slowly/]])
  })
  t.test('a lease is given only for what was delivered, with its age', async (t) => {
    const tail = await tailOf(logOf(10, 3))
    const { connection, sent } = connect(tail)
    const confirmed = { begunAtMs: 1000, positions: [tail.position(0)] }
    connection.lease(1, confirmed, 1100)
    t.strictSame(sent, [], 'nothing was delivered yet')
    await connection.place([])
    sent.length = 0
    connection.lease(2, confirmed, 1099.2)
    t.match(sent, [{ t: 'lease', id: 2, ageMs: 100, ttlMs: 5000, positions: [{ offset: 3 }] }])
    connection.lease(3, confirmed, 6000)
    connection.lease(4, undefined, 1100)
    connection.lease(5, { begunAtMs: 1000, positions: [{ ...tail.position(0), offset: 4 }] }, 1100)
    t.equal(sent.length, 1, 'too old, unconfirmed and undelivered get silence')
    connection.lease(6, confirmed, 1100)
    connection.append(10, [entry(4)])
    connection.lease(7, { begunAtMs: 1000, positions: [{ ...tail.position(0), offset: 4 }] }, 1100)
    const said = sent.flatMap((it) => (it.t === 'lease' ? [it.positions?.[0]?.offset] : []))
    t.strictSame(said, [3, undefined, 4], 'what the lease before has said is not said again')
  })
})

t.test('the lease clock', async (t) => {
  const times = { now: 100, wall: 0 }
  const clock = { nowMs: () => times.wall, monotonicMs: () => times.now }
  const log = logOf(10, 2)
  const tail = await tailOf(log)
  const { scheduler } = simulatedTime()
  const mending = { isWhole: () => true, mend: async () => true }
  const deps = { log: log.log, tail, mending, clock, scheduler, leaseMs: 5000, ...quiet }

  t.test('counts from the moment the write was begun', async (t) => {
    const slow = {
      ...log.log,
      heartbeat: async () => {
        times.now += 700
        return await log.log.heartbeat()
      },
    }
    const lease = leaseClock({ ...deps, log: slow })
    t.equal(await lease.beat(), true)
    t.equal(lease.confirmed()?.begunAtMs, 100)
  })
  t.test(
    'confirms nothing while the store is away, and keeps the old confirmation with its age',
    async (t) => {
      const lease = leaseClock(deps)
      await lease.beat()
      const before = lease.confirmed()
      log.state.away = true
      times.now += 1000
      t.equal(await lease.beat(), false)
      t.equal(lease.confirmed(), before)
      log.state.away = false
    },
  )
  t.test('nothing is confirmed of a log that lacks ends, until it has them', async (t) => {
    let whole = ''
    let mended = false
    const mending = {
      isWhole: ([position]: readonly FeedPosition[]) => whole === `${position?.epoch}`,
      mend: async ([position]: readonly FeedPosition[]) => {
        if (!mended) return false
        whole = `${position?.epoch}`
        log.append(entry(log.state.entries.length + 1))
        return true
      },
    }
    const lease = leaseClock({ ...deps, mending })
    t.equal(await lease.beat(), false, 'another process is at it')
    t.equal(lease.confirmed(), undefined)
    mended = true
    t.equal(await lease.beat(), true)
    t.equal(lease.confirmed()?.positions[0]?.offset, 3, 'with what was missing')
    mended = false
    log.state.epoch = 11
    t.equal(await lease.beat(), false)
    t.equal(lease.confirmed(), undefined, 'and of the log before nothing holds any more')
    log.state.epoch = 10
    log.state.entries.pop()
    await tail.poke()
  })
  t.test('what was confirmed of a log that was replaced says nothing of the new one', async (t) => {
    const lost = logOf(10, 2)
    const tail = await tailOf(lost)
    const lease = leaseClock({ ...deps, log: lost.log, tail })
    await lease.beat()
    t.ok(lease.confirmed())
    lost.state.epoch = 11
    await tail.poke()
    t.equal(lease.confirmed(), undefined)
    await lease.beat()
    t.equal(lease.confirmed()?.positions[0]?.epoch, 11)
  })
  t.test('a confirmation grows older while the host is suspended', async (t) => {
    const lease = leaseClock(deps)
    await lease.beat()
    times.wall += 3000
    times.now += 1000
    t.equal(lease.confirmed()?.begunAtMs, times.now - 3000)
    times.wall -= 3600_000
    t.equal(lease.confirmed()?.begunAtMs, times.now - 1000, 'a wall clock set back changes nothing')
  })
  t.test('beats every fifth of a lease until it is stopped', async (t) => {
    const time = simulatedTime()
    let beats = 0
    const heartbeat = async () => {
      beats += 1
      return await log.log.heartbeat()
    }
    const lease = leaseClock({ ...deps, ...time, log: { heartbeat } })
    lease.start()
    for (const expected of [1, 2]) {
      time.advance(1000)
      await lease.beat()
      t.equal(beats, expected)
    }
    lease.stop()
    time.advance(5000)
    t.equal(beats, 2)
  })
  t.test(
    'an entry of another process is read before the write that follows it is confirmed',
    async (t) => {
      const lease = leaseClock(deps)
      log.state.entries.push(entry(3))
      t.equal(await lease.beat(), true)
      t.equal(lease.confirmed()?.positions[0]?.offset, 3)
      t.equal(tail.position(0).offset, 3)
    },
  )
})
