import t from 'tap'
import { at, entry } from './log.ts'
import { entries, INSTANCE, KEYS, type Scene, scene } from './scene.ts'

t.test('after a reconnect it resumes by offset and acknowledges where it is', async (t) => {
  const { feed, time, network, join, grant, remaining } = scene()
  join()
  grant()
  network.last.send(entries(entry(11)))
  network.last.closed()
  t.notOk(feed.status().connected)
  time.advance(25)
  t.equal(network.sockets.length, 2, 'after half of the first window of 50 ms')
  network.last.events.opened()
  t.match(network.last.take(), [{ t: 'hello', instance: INSTANCE, positions: [at(11)] }])
  network.last.send(KEYS)
  grant({ positions: [at(11)] })
  t.same(network.last.sent.slice(2), [{ t: 'ack', p: 0, epoch: 1, offset: 11 }])
  t.equal(remaining(), 5000)
  t.match(feed.status(), { connected: true, reconnects: 1, lastFailure: 'connection lost' })
})

t.test('a foreign epoch after a reconnect brings a snapshot', async (t) => {
  const { feed, time, network, join, grant, asked, remaining } = scene()
  const replaced: string[] = []
  feed.subscribe({ replaced: () => replaced.push('once') })
  join()
  grant()
  network.last.closed()
  time.advance(25)
  join(at(3, { epoch: 2 }))
  t.same(feed.replica.positions(), [at(3, { epoch: 2 })])
  t.equal(replaced.length, 2)
  t.equal(remaining(), -Infinity, 'the old promise says nothing of a log that may lack ends')
  t.equal(asked(), 3, 'another one is asked for at once')
  grant({ positions: [at(3, { epoch: 2 })] })
  t.equal(remaining(), 5000)
})

t.test('attempts back off until a lease is granted, not merely a connection made', async (t) => {
  const { time, network, join, grant } = scene()
  for (const waitMs of [25, 50, 100, 200, 400, 800, 1600, 2500, 2500]) {
    network.last.closed()
    time.advance(waitMs - 1)
    const before = network.sockets.length
    time.advance(1)
    t.equal(network.sockets.length, before + 1, `${waitMs} ms`)
  }
  join()
  network.last.closed()
  time.advance(2499)
  const before = network.sockets.length
  time.advance(1)
  t.equal(network.sockets.length, before + 1, 'joined only')
  join()
  grant()
  network.last.closed()
  time.advance(25)
  t.equal(network.sockets.length, before + 2, 'leased')
})

t.test('a refusal is tried again slowly', async (t) => {
  const rows: [string, (one: Scene) => void][] = [
    ['HTTP 401', ({ network }) => network.last.closed({ reason: 'HTTP status 401', status: 401 })],
    ['HTTP 403', ({ network }) => network.last.closed({ reason: 'HTTP status 403', status: 403 })],
    [
      'close code 1008',
      ({ network }) => network.last.closed({ reason: 'wrong service', code: 1008 }),
    ],
    [
      'goodbye without return',
      ({ join, network }) => {
        join()
        network.last.send({ t: 'bye', reason: 'disabled', retry: false })
      },
    ],
  ]
  for (const [name, refuse] of rows) {
    const one = scene()
    refuse(one)
    one.time.advance(5499)
    t.equal(one.network.sockets.length, 1, name)
    one.time.advance(2)
    t.equal(one.network.sockets.length, 2, `${name}: then again`)
    t.match(one.feed.status().lastFailure, /refused|goodbye/)
  }
  const { network, time, join } = scene()
  join()
  network.last.send({ t: 'bye', reason: 'issuer stops', retry: true })
  time.advance(25)
  t.equal(network.sockets.length, 2, 'a goodbye with return: at once')
})

t.test('a dead link is noticed after half a lease (attack K20)', async (t) => {
  const { time, network, join, grant, remaining } = scene()
  join()
  grant()
  time.advance(2999)
  t.equal(network.last.state, 'open')
  time.advance(1)
  t.equal(network.last.state, 'cut')
  t.ok(remaining() > 0, 'with lease left for a new connection')
})

t.test('an issuer that does not answer the first hello is left after five seconds', async (t) => {
  const { time, network } = scene()
  time.advance(1000)
  network.last.events.opened()
  time.advance(5000)
  t.equal(network.last.state, 'open')
  time.advance(1000)
  t.equal(network.last.state, 'cut')
})

t.test('a connection that was slow to join has a whole T for its first lease', async (t) => {
  const { time, network, join } = scene()
  time.advance(4900)
  join()
  const socket = network.last
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      time.advance(1000)
      socket.events.alive()
    }
  }
  pass(5)
  t.equal(socket.state, 'open')
  pass(1)
  t.equal(socket.state, 'cut')
})

t.test('an issuer that lives but grants no lease for a whole T is left for another', async (t) => {
  const { time, network, join, grant } = scene()
  join()
  grant()
  for (let second = 1; second <= 5; second++) {
    time.advance(1000)
    network.last.events.alive()
  }
  t.equal(network.last.state, 'open')
  time.advance(1000)
  t.equal(network.last.state, 'cut')
})

t.test('a busy process does not take its own silence for the issuer’s', async (t) => {
  const { time, network, join, grant } = scene()
  join()
  grant()
  time.stall(20_000)
  time.advance(0)
  t.equal(network.last.state, 'open')
  grant()
  time.advance(1000)
  t.equal(network.last.state, 'open')
})

t.test('close leaves no socket and no timer, whenever it comes', async (t) => {
  const moments: [string, (one: Scene) => void][] = [
    ['while connecting', () => {}],
    ['when joined', ({ join }) => join()],
    [
      'when leased',
      ({ join, grant }) => {
        join()
        grant()
      },
    ],
    ['when it has just given up', ({ network }) => network.last.events.text('{')],
    ['while it waits to try again', ({ network }) => network.last.closed()],
  ]
  for (const [name, reach] of moments) {
    const one = scene()
    reach(one)
    let closed = false
    const closing = one.feed.close().then(() => {
      closed = true
    })
    await Promise.resolve()
    const released = name === 'while it waits to try again'
    t.equal(closed, released, `${name}: waits for the socket`)
    one.time.advance(500)
    if (!released) {
      t.equal(one.network.last.state, 'cut', `${name}: a goodbye without answer is cut short`)
      one.network.last.closed()
    }
    await closing
    one.time.advance(60_000)
    t.equal(one.time.pending, 0, name)
    t.equal(one.network.sockets.length, 1, `${name}: and it does not come back`)
    t.notOk(one.feed.status().connected)
  }
})

t.test('a goodbye that is answered leaves nothing to wait for', async (t) => {
  const { feed, time, network, join } = scene()
  join()
  const closing = feed.close()
  t.equal(network.last.state, 'goodbye')
  network.last.closed({ code: 1000 })
  await closing
  t.equal(time.pending, 0)
})
