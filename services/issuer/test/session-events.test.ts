/** What pages hear about their sessions: docs/protocol/session-events.md. */
import { EventEmitter } from 'node:events'
import type { EndReason, EntryKind, SessionMessage } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { logTail } from '../src/feed/log-tail.ts'
import { PAGE_LIMITS } from '../src/session-events/limits.ts'
import { pageOrigins } from '../src/session-events/page-origins.ts'
import { pageSocket } from '../src/session-events/page-socket.ts'
import { type ListeningPage, sessionEvents } from '../src/session-events/session-events.ts'
import { entry, logOf } from './fixtures/log-of.ts'
import { ORDERS } from './test-issuer.ts'

/** The parts that tell, on a log and a time that the test holds. */
async function scene() {
  const time = simulatedTime()
  const log = logOf(10, 3)
  const tail = logTail({ log: log.log, partitions: 1, warn: () => {} })
  await tail.start()
  const now = () => Math.floor(time.clock.nowMs() / 1000)
  const store = { expiresAt: now() + 3600, isDown: false, asked: 0 }
  const events = sessionEvents({
    tail,
    clock: time.clock,
    scheduler: time.scheduler,
    sessions: {
      find: async () => {
        store.asked += 1
        if (store.isDown) throw new Error('down')
        if (now() >= store.expiresAt) return undefined
        const session = { idleExpiresAt: store.expiresAt, absoluteExpiresAt: Infinity }
        return { session, rev: { partition: 0, epoch: 10, offset: 3 } } as never
      },
    },
  })
  const join = (change: Partial<ListeningPage> = {}) => {
    const told: SessionMessage[] = []
    const page = {
      ...{ sid: 's0_a', sub: 'u_ada', clientId: 'orders', services: [ORDERS] },
      since: { partition: 0, epoch: 10, offset: 3 },
      tell: (message: SessionMessage) => told.push(message),
      ...change,
    }
    const session = { idleExpiresAt: store.expiresAt, absoluteExpiresAt: Infinity }
    const leave = events.join(page, session)
    return { told, leave }
  }
  const append = async (...entries: Parameters<typeof log.append>) => {
    log.append(...entries)
    await tail.poke()
  }
  return { time, log, tail, store, events, join, append, now }
}

const line = (offset: number, k: EntryKind, v: string, r?: EndReason) => ({
  ...entry(offset),
  k,
  v,
  ...(r && { r }),
})

t.test('an entry is told to the pages that it concerns, with its reason', async (t) => {
  const rows: [EntryKind, string, EndReason | undefined, SessionMessage | undefined][] = [
    ['session', 's0_a', 'admin', { t: 'ended', reason: 'admin' }],
    ['session', 's0_a', undefined, { t: 'ended' }],
    ['user', 'u_ada', 'password_changed', { t: 'ended', reason: 'password_changed' }],
    ['client', 'orders', undefined, { t: 'ended', reason: 'client_disabled' }],
    ['all', '', undefined, { t: 'ended', reason: 'emergency' }],
    ['stale', 'u_ada', undefined, { t: 'changed' }],
    ['stale', ORDERS, undefined, { t: 'changed' }],
    ['session', 's0_b', 'admin', undefined],
    ['user', 'u_bob', 'admin', undefined],
    ['client', 'reports', undefined, undefined],
    ['stale', 'u_bob', undefined, undefined],
    ['stale', 'http://other.example', undefined, undefined],
    ['token', 'j1', 'token_revoked', undefined],
    ['key', 'k1', undefined, undefined],
    ['service', ORDERS, undefined, undefined],
    ['none', '', undefined, undefined],
  ]
  for (const [k, v, r, message] of rows) {
    const { append, join, time } = await scene()
    const { told } = join()
    t.match(told.splice(0), [{ t: 'state', expires_at: 1_800_003_600 }])
    await append(line(4, k, v, r))
    t.strictSame(told, message ? [message] : [], `${k} ${v}`)
    if (message?.t !== 'ended') continue
    await append(line(5, 'user', 'u_ada'), line(6, 'stale', 'u_ada'))
    t.equal(told.length, 1, 'nothing follows')
    t.equal(time.pending, 0)
  }
})

t.test('a page hears what was appended while it was on its way, and nothing older', async (t) => {
  const { append, join } = await scene()
  await append(line(4, 'stale', 'u_ada'), line(5, 'stale', 'u_bob'), line(6, 'stale', ORDERS))
  const kinds = (offset: number, epoch = 10) =>
    join({ since: { partition: 0, epoch, offset } }).told.map((message) => message.t)
  t.strictSame(kinds(3), ['state', 'changed', 'changed'])
  t.strictSame(kinds(4), ['state', 'changed'])
  t.strictSame(kinds(6), ['state'])
  t.strictSame(kinds(99, 9), ['state', 'changed', 'changed'], 'a log of before')
  await append(line(7, 'user', 'u_ada', 'admin'))
  t.strictSame(kinds(6), ['state', 'ended'])
  t.strictSame(kinds(7), ['state'], 'a session that began after the end of its person')
})

t.test('a log that was replaced tells what its living entries end', async (t) => {
  const { log, tail, join } = await scene()
  const { told } = join()
  Object.assign(log.state, { epoch: 11, entries: [line(1, 'session', 's0_a', 'admin')] })
  await tail.poke()
  t.strictSame(told.at(-1), { t: 'ended', reason: 'admin' })
})

t.test('a session that nobody uses is told five minutes ahead, and its end', async (t) => {
  const { time, join, now } = await scene()
  const { told } = join()
  const expiresAt = now() + 3600
  time.advance(3_299_999)
  await settled()
  t.equal(told.length, 1)
  time.advance(1)
  await settled()
  t.strictSame(told[1], { t: 'expiring', expires_at: expiresAt })
  time.advance(300_000)
  await settled()
  t.strictSame(told.slice(2), [{ t: 'ended', reason: 'expired' }])
  t.equal(time.pending, 0)
})

t.test('use moves the end without a word; a store that is away is asked again', async (t) => {
  const { time, join, store } = await scene()
  const { told, leave } = join()
  store.expiresAt += 3600
  time.advance(3_300_000)
  await settled()
  t.equal(told.length, 1, 'it has been used')
  store.isDown = true
  time.advance(3_600_000)
  await settled()
  t.equal(told.length, 1, 'nothing is known')
  store.isDown = false
  time.advance(30_000)
  await settled()
  t.equal(told[1]?.t, 'expiring')
  leave()
  t.equal(time.pending, 0, 'a page that left keeps no clock')
})

t.test('a session of many weeks is looked at once a day, and no more often', async (t) => {
  const { time, store, join } = await scene()
  store.expiresAt += 60 * 86_400
  const { told } = join()
  time.advance(86_399_999)
  await settled()
  t.equal(store.asked, 0)
  time.advance(1)
  await settled()
  t.equal(store.asked, 1)
  t.equal(told.length, 1)
})

t.test('a page that leaves while the store is asked hears nothing more', async (t) => {
  const { time, join, store } = await scene()
  const { told, leave } = join()
  store.expiresAt = 0
  time.advance(3_300_000)
  leave()
  await settled()
  t.equal(told.length, 1)
  t.equal(time.pending, 0)
})

t.test('an end costs the pages that it touches: 10,000 sessions, one is ended', async (t) => {
  const { events, append } = await scene()
  let looked = 0
  const since = { partition: 0, epoch: 10, offset: 3 }
  const told: number[] = []
  for (let i = 0; i < 10_000; i++) {
    const page = {
      ...{ sid: `s0_${i}`, sub: `u_${i}`, clientId: 'orders', services: [] },
      get since() {
        looked += 1
        return since
      },
      tell: ({ t: kind }: SessionMessage) => void (kind === 'ended' && told.push(i)),
    }
    events.join(page, { idleExpiresAt: 2_000_000_000, absoluteExpiresAt: 2_000_000_000 })
  }
  looked = 0
  await append(line(4, 'session', 's0_5000', 'admin'))
  t.strictSame(told, [5000])
  t.equal(looked, 1)
})

t.test('K12 and K13: how many pages may listen is bounded, by session and in all', async (t) => {
  const { join, events } = await scene()
  const leaving = Array.from({ length: PAGE_LIMITS.connectionsPerSession }, () => join().leave)
  t.notOk(events.hasRoom('s0_a'))
  t.ok(events.hasRoom('s0_b'))
  leaving[0]?.()
  t.ok(events.hasRoom('s0_a'))
  for (let i = 0; i < PAGE_LIMITS.connections; i++) join({ sid: `s0_x${i}` })
  t.notOk(events.hasRoom('s0_b'))
})

t.test('origins of a page are the registered ones, to the letter', async (t) => {
  const origins = pageOrigins({
    corsOrigins: ['https://live.example'],
    redirectUris: ['https://a.example/cb', 'https://a.example/cb2', 'com.app:/cb'],
  })
  t.strictSame(origins, ['https://live.example', 'https://a.example'])
})

/** A socket that does nothing, at the other end of which a page sits. */
function stillSocket(bufferedAmount = 0) {
  const time = simulatedTime()
  const done: string[] = []
  const connection = new EventEmitter()
  const socket = Object.assign(new EventEmitter(), {
    bufferedAmount,
    send: (text: string) => done.push(text),
    ping: () => done.push('ping'),
    terminate: () => done.push('terminate'),
    close: (code: number, reason: string) => done.push(`${code} ${reason}`),
  })
  const one = pageSocket(socket as never, { socket: connection as never }, time.scheduler)
  return { time, done, connection, socket, one }
}

t.test('K13 and K14: a page has nothing to say, in frames of any kind', async (t) => {
  const flood = stillSocket()
  for (let sent = 0; sent < PAGE_LIMITS.inboundBytes; sent++) {
    flood.connection.emit('data', Buffer.alloc(1))
  }
  t.strictSame(flood.done, [], 'as much as it may')
  flood.connection.emit('data', Buffer.alloc(1))
  t.strictSame(flood.done, ['terminate'], 'whether as tiny frames or one that never ends')

  const quiet = stillSocket()
  for (let round = 0; round < 3; round++) {
    quiet.connection.emit('data', Buffer.alloc(PAGE_LIMITS.inboundBytes))
    quiet.socket.emit('pong')
    quiet.time.advance(PAGE_LIMITS.pingMs)
  }
  t.notOk(quiet.done.includes('terminate'), 'it counts from ping to ping')

  const talker = stillSocket()
  talker.socket.emit('message', Buffer.from('hello'), false)
  t.strictSame(talker.done, ['1008 nothing is expected here'])
})

t.test('K20 and K12: a dead line is cut off, and so is one that does not read', async (t) => {
  const dead = stillSocket()
  dead.time.advance(PAGE_LIMITS.pingMs)
  t.strictSame(dead.done, ['ping', '{"t":"ping"}'])
  dead.time.advance(PAGE_LIMITS.pingMs)
  t.strictSame(dead.done.slice(2), ['terminate'])
  t.equal(dead.time.pending, 0)
  const slow = stillSocket(PAGE_LIMITS.bufferedBytes + 1)
  slow.one.tell({ t: 'changed' })
  t.strictSame(slow.done, ['terminate'])
})

t.test('the end is the last message, and who does not say goodbye is cut off', async (t) => {
  const { one, done, time, socket } = stillSocket()
  one.tell({ t: 'ended', reason: 'admin' })
  t.strictSame(done, ['{"t":"ended","reason":"admin"}', '4401 session ended: admin'])
  time.advance(1000)
  t.equal(done.at(-1), 'terminate')
  socket.emit('close')
  t.equal(time.pending, 0)
})

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
