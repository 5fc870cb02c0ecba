import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { watchSession } from '../src/index.ts'
import { EVENTS, scriptedPage, settled } from './scripted-page.ts'

async function watched(before: (page: ReturnType<typeof scriptedPage>) => void = () => {}) {
  const scripted = scriptedPage()
  before(scripted)
  const told: unknown[] = []
  const watch = watchSession({
    page: scripted.page,
    onEnded: (reason) => told.push(['ended', reason]),
    onChanged: () => told.push('changed'),
    onExpiring: (at) => told.push(at.toISOString()),
  })
  await settled()
  return Object.assign(scripted, { told, watch })
}

const state = { t: 'state', expires_at: 1_800_000_000 }

t.test(
  'it connects with a ticket that stands in no address, and tells what it hears',
  async (t) => {
    const { sockets, requests, told } = await watched()
    t.strictSame(requests, [{ url: '/login/session-ticket' }])
    t.equal(sockets[0]?.url, 'wss://sso.example/session/events')
    t.strictSame(sockets[0]?.protocols, ['latchkey.session.v1', 'latchkey.ticket.t1'])
    for (const message of [
      state,
      { t: 'changed' },
      { t: 'expiring', expires_at: 1_800_000_000 },
      { t: 'ping' },
      { t: 'of a newer issuer' },
    ]) {
      sockets[0]?.say(message)
    }
    t.strictSame(told, ['changed', '2027-01-15T08:00:00.000Z'])
  },
)

t.test('after the end there is nothing: no call, no connection, no timer', async (t) => {
  const { sockets, told, advance } = await watched()
  sockets[0]?.say({ t: 'ended', reason: 'admin' })
  sockets[0]?.say({ t: 'changed' })
  sockets[0]?.lose(4401)
  await advance(3_600_000)
  t.strictSame(told, [['ended', 'admin']])
  t.equal(sockets.length, 1)
  t.equal(sockets[0]?.closed, true)
  const after = await watched()
  after.sockets[0]?.say({ t: 'ended' })
  t.equal(after.waiting, 0)
  t.strictSame(after.told, [['ended', undefined]])
})

t.test('a lost connection is made again, after a while that chance and failures set', async (t) => {
  const { sockets, advance, state: page, requests } = await watched()
  page.chance = 0.999
  sockets[0]?.say(state)
  sockets[0]?.lose()
  await advance(1997)
  t.equal(sockets.length, 1)
  await advance(1)
  t.equal(sockets.length, 2, 'at most two seconds after the first')
  sockets[1]?.lose()
  await advance(3995)
  t.equal(sockets.length, 2)
  await advance(1)
  t.equal(sockets.length, 3, 'four after the second')
  sockets[2]?.say(state)
  sockets[2]?.lose()
  await advance(1998)
  t.equal(sockets.length, 4, 'and two again once it had worked')
  t.equal(requests.length, 4, 'each with a ticket of its own')
  page.chance = 0
  sockets[3]?.lose()
  await advance(0)
  t.equal(sockets.length, 5)
})

t.test('a line that is silent for a minute is lost, and pings keep it', async (t) => {
  const { sockets, advance } = await watched()
  for (let round = 0; round < 5; round++) {
    await advance(59_999)
    sockets[0]?.say({ t: 'ping' })
  }
  t.equal(sockets.length, 1)
  await advance(60_000)
  t.equal(sockets[0]?.closed, true)
  await advance(60_000)
  t.ok(sockets.length > 1)
})

t.test('when the app says that nobody is signed in, that is the end', async (t) => {
  const { told, sockets, waiting } = await watched(({ answers }) => {
    answers.push(() => ({ status: 401 }))
  })
  t.strictSame(told, [['ended', undefined]])
  t.equal(sockets.length, 0)
  t.equal(waiting, 0)
})

t.test('an app or an issuer that is away is asked again', async (t) => {
  const { told, sockets, advance } = await watched(({ answers }) => {
    answers.push(
      () => ({ status: 503 }),
      () => {
        throw new Error('network')
      },
    )
  })
  await advance(10_000)
  t.strictSame(told, [])
  t.equal(sockets.length, 1)
})

const POLLED = (ticket: string, ...messages: object[]) => ({
  status: 200,
  body: { messages: [state, ...messages], ticket, expires_in: 180 },
})

t.test(
  'a page that nobody looks at for a minute polls, and connects when it is seen',
  async (t) => {
    const { sockets, requests, answers, told, advance, show } = await watched()
    sockets[0]?.say(state)
    await show(false)
    await advance(30_000)
    sockets[0]?.say({ t: 'ping' })
    t.equal(sockets[0]?.closed, false, 'a glance elsewhere costs nothing')
    answers.push(
      () => ({ status: 200, body: { ticket: 'first', events_endpoint: EVENTS } }),
      () => POLLED('second'),
      () => POLLED('third', { t: 'changed' }),
    )
    await advance(30_000)
    t.equal(sockets[0]?.closed, true)
    await advance(67_500)
    t.strictSame(requests.slice(1), [
      { url: '/login/session-ticket' },
      { url: EVENTS, authorization: 'Ticket first' },
      { url: EVENTS, authorization: 'Ticket second' },
    ])
    t.strictSame(told, ['changed'])
    await show(true)
    t.equal(sockets.length, 2)
    await advance(59_000)
    t.equal(requests.length, 5, 'the ticket of the new socket; no poll is left behind')
  },
)

t.test('a poll tells the end with its reason', async (t) => {
  const { sockets, answers, told, advance, show } = await watched()
  await show(false)
  answers.push(
    () => ({ status: 200, body: { ticket: 'first', events_endpoint: EVENTS } }),
    () => ({ status: 200, body: { messages: [{ t: 'ended', reason: 'user_disabled' }] } }),
  )
  await advance(60_000)
  t.strictSame(told, [['ended', 'user_disabled']])
  await show(true)
  t.equal(sockets.length, 1)
})

t.test('where WebSockets are barred it polls', async (t) => {
  const { sockets, requests, answers, advance } = await watched()
  for (let failed = 0; failed < 4; failed++) {
    sockets.at(-1)?.lose()
    await advance(0)
    if (failed === 3) {
      answers.push(
        () => ({ status: 200, body: { ticket: 'p', events_endpoint: EVENTS } }),
        () => POLLED('q'),
      )
    }
    await advance(30_000)
  }
  t.equal(sockets.length, 4)
  t.strictSame(requests.at(-1), { url: EVENTS, authorization: 'Ticket p' })
})

t.test('what a page loads is small', async (t) => {
  const sizes = ['watch-session', 'keep-socket'].map((name) => {
    const source = readFileSync(new URL(`../src/${name}.ts`, import.meta.url), 'utf8')
    return gzipSync(stripTypeScriptTypes(source)).length
  })
  t.ok(Math.max(...sizes) < 4096, `${sizes.join(' and ')} bytes, compressed`)
})

t.test('stop ends everything, also what is under way', async (t) => {
  const { sockets, watch, told } = await watched()
  watch.stop()
  t.equal(sockets[0]?.closed, true)
  const early = scriptedPage()
  const one = watchSession({ page: early.page, onEnded: () => told.push('ended') })
  one.stop()
  await settled()
  t.equal(early.sockets.length, 0)
  t.equal(early.waiting, 0)
  t.strictSame(told, [])
})
