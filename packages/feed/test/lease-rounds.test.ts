import type { FeedPosition, IssuerMessage } from '@latchkey/protocol'
import t from 'tap'
import { at, entry } from './log.ts'
import { entries, scene, snapshot, types } from './scene.ts'

t.test('the lease ends at sent - age + T', async (t) => {
  const rows: [string, number, number, number, number][] = [
    ['an immediate answer', 0, 0, 5000, 5000],
    ['a slow network does not stretch it', 1800, 0, 5000, 3200],
    ['the age of the confirmed write counts', 0, 1200, 5000, 3800],
    ['both count', 700, 900.5, 5000, 3400],
    ['a shorter T', 100, 0, 1000, 900],
    ['an answer that comes too late grants nothing', 2000, 3500, 5000, -500],
  ]
  for (const [name, delayMs, ageMs, ttlMs, expected] of rows) {
    const { feed, time, join, grant, asked, remaining, network } = scene()
    let told = 0
    feed.subscribe({ leased: () => told++ })
    join()
    const id = asked()
    time.advance(delayMs)
    // Neither does a wall clock that is set back a little.
    time.setWall(-900)
    network.last.events.alive()
    grant({ id, ageMs, ttlMs })
    t.equal(remaining(), expected, name)
    t.equal(told, expected > 0 ? 1 : 0, `${name}: told only when it is good`)
    time.stall(100)
    t.equal(remaining(), expected - 100, `${name}: and runs out`)
  }
})

t.test('a lease is never shortened by a later answer', async (t) => {
  const { time, join, grant, remaining } = scene()
  join()
  grant()
  time.advance(1000)
  grant({ ageMs: 4500 })
  t.equal(remaining(), 4000)
})

t.test('a lease counts only when everything up to its positions has been applied', async (t) => {
  const rows: [string, FeedPosition[]][] = [
    ['a man in the middle drops entries but passes leases (attack K9)', [at(11)]],
    ['a newer epoch', [at(10, { epoch: 2 })]],
    ['an older epoch', [at(10, { epoch: 0 })]],
    ['another digest', [at(10, { digest: 'ff' })]],
    ['a partition that no snapshot has brought', [at(10), at(1, { p: 1 })]],
  ]
  for (const [name, positions] of rows) {
    const { join, grant, remaining } = scene()
    join()
    grant({ positions })
    t.equal(remaining(), -Infinity, name)
  }
})

t.test(
  'a lease without positions has those of the one before it, and never the first',
  async (t) => {
    const { time, join, grant, asked, remaining, network, feed } = scene()
    join()
    grant({ positions: [at(10)] })
    time.advance(1000)
    network.last.events.alive()
    network.last.send({ t: 'lease', id: asked(), ageMs: 0, ttlMs: 5000 })
    t.equal(remaining(), 5000, 'what it says of the log is still so')
    time.advance(1000)
    network.last.events.alive()
    network.last.send(entries(entry(11), entry(12)))
    network.last.send({ t: 'lease', id: asked(), ageMs: 0, ttlMs: 5000 })
    t.equal(remaining(), 5000, 'more than it says has been applied')
    t.equal(feed.status().connected, true)

    const first = scene()
    first.join()
    first.network.last.send({ t: 'lease', id: first.asked(), ageMs: 0, ttlMs: 5000 })
    t.equal(first.remaining(), -Infinity)
    t.equal(first.feed.status().connected, false, 'an issuer that breaks the protocol is left')
  },
)

t.test(
  'a log that was replaced leaves nothing to tolerate, also when the lease is over',
  async (t) => {
    const { time, network, join, grant, remaining } = scene()
    join()
    grant()
    time.stall(7000)
    t.equal(remaining(), -2000, 'a route may go on for some seconds, by what has been applied')
    network.last.send(snapshot(at(3, { epoch: 2 })))
    t.equal(remaining(), -Infinity, 'of which ends may be missing in the new log')
    grant({ positions: [at(3, { epoch: 2 })] })
    t.equal(remaining(), -2000)
  },
)

t.test(
  'a lease answer counts once, and only on the connection that asked (attack K10)',
  async (t) => {
    const { time, network, join, grant, asked, remaining } = scene()
    join()
    const first = asked()
    grant()
    time.stall(3000)
    grant({ id: first })
    t.equal(remaining(), 2000, 'the same answer again')
    grant({ id: first + 7 })
    t.equal(remaining(), 2000, 'an answer that nobody asked for')
    time.advance(600)
    const open = asked()
    t.not(open, first)
    network.last.closed()
    time.advance(50)
    join()
    t.ok(asked() > open, 'numbers are not used again')
    grant({ id: open })
    t.equal(remaining(), 1350, 'an answer from before adds nothing to what is left')
    grant()
    t.equal(remaining(), 5000)
  },
)

t.test('a lease is asked for every T/5, as the issuer grants T', async (t) => {
  const { time, network, join, grant } = scene()
  join()
  grant({ ttlMs: 500 })
  const before = network.last.sent.length
  for (let round = 1; round <= 15; round++) {
    time.advance(100)
    t.same(types(network.last.sent.slice(before)), Array(round).fill('lease?'))
    t.equal(network.last.pings, round)
    grant({ ttlMs: 500 })
  }
})

t.test(
  'what does not fit asks for this place again, and no lease counts before the answer',
  async (t) => {
    const torn: IssuerMessage = {
      t: 'snapshot',
      position: at(20),
      entries: [],
      first: false,
      more: true,
    }
    const rows: [string, string][] = [
      ['a gap', JSON.stringify(entries(entry(12)))],
      ['a newer epoch', JSON.stringify({ t: 'entries', epoch: 2, entries: [entry(1)] })],
      ['an unknown partition', JSON.stringify(entries(entry(1, { p: 3 })))],
      ['a torn snapshot', JSON.stringify(torn)],
      [
        'an entry of a kind that it cannot apply',
        '{"t":"entries","epoch":1,"entries":[{"k":"tenant"}]}',
      ],
    ]
    for (const [name, frame] of rows) {
      const { network, join, grant, asked, remaining } = scene()
      join()
      const before = asked()
      network.last.events.text(frame)
      network.last.events.text(frame)
      const sent = network.last.take()
      t.same(types(sent).slice(-2), ['resync', 'lease?'], `${name}: asked once`)
      t.match(sent.at(-2), { positions: [at(10)] })
      network.last.sent.push(...sent)
      const fence = asked()
      grant({ id: before, positions: [at(12)] })
      t.equal(types(network.last.sent).filter((type) => type === 'resync').length, 1, name)
      network.last.send(entries(entry(11), entry(12)))
      grant({ id: fence, positions: [at(12)] })
      t.equal(remaining(), 5000, `${name}: the delta heals it`)
    }
  },
)

t.test('a log that turns out to be another one is asked for from the beginning', async (t) => {
  const { feed, network, join, grant } = scene()
  join()
  network.last.send(entries(entry(10, { d: 'ff' })))
  t.match(network.last.sent.at(-2), { t: 'resync', positions: [] })
  t.same(feed.replica.positions(), [])
  network.last.send(snapshot(at(9, { digest: 'ee' })))
  grant({ positions: [at(9, { digest: 'ee' })] })
  t.same(feed.replica.positions(), [at(9, { digest: 'ee' })])
  t.equal(feed.lease.remainingMs(), 5000)
})

t.test('resyncs that do not help end the connection', async (t) => {
  const { feed, network, join, grant, remaining } = scene()
  join()
  for (let i = 0; i < 3; i++) grant({ positions: [at(11)] })
  t.equal(network.last.state, 'open')
  grant({ positions: [at(11)] })
  t.equal(network.last.state, 'cut')
  t.match(feed.status().lastFailure, /out of step with the issuer \(gap\)/)
  t.equal(remaining(), -Infinity)
})

t.test('a resync that helps is forgiven', async (t) => {
  const { network, join, grant } = scene()
  join()
  for (let i = 0; i < 10; i++) {
    grant({ positions: [at(11)] })
    grant()
  }
  t.equal(network.last.state, 'open')
})
