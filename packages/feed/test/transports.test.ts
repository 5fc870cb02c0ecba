/** Where WebSockets are barred: the client of POST /feed/poll, and when it is chosen. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  FEED_NONCE_HEADER,
  FEED_POLL,
  type FeedSession,
  feedFrame,
  feedKeyOf,
  feedSession,
  type IssuerMessage,
  isFeedProof,
  parseFeedAuthorization,
} from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { autoConnect } from '../src/auto-connect.ts'
import { frameLines } from '../src/frame-lines.ts'
import { type Connect, type Feed, feedClient, type SocketClosed } from '../src/index.ts'
import { at, entry } from './log.ts'
import { KEY } from './scripted-network.ts'
import { CREDENTIALS } from './scripted-server.ts'

interface Poll {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly said: readonly { t: string; [member: string]: unknown }[]
  readonly session: FeedSession
  answer(...messages: IssuerMessage[]): void
}

/** An issuer that answers polls as the test says. */
async function pollServer() {
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const opening = parseFeedAuthorization(request.headers.authorization ?? '')
    const key = feedKeyOf(CREDENTIALS.clientId, CREDENTIALS.clientSecret)
    if (!opening || !isFeedProof(key, opening, { channel: FEED_POLL, body })) {
      throw new Error('a verifier that cannot prove its credentials')
    }
    const facts = { key, verifierNonce: opening.nonce, issuerNonce: 'i'.repeat(22) }
    const session = feedSession({ ...facts, channel: FEED_POLL }, 'issuer')
    const answer = (...messages: IssuerMessage[]) => {
      response.writeHead(200, { [FEED_NONCE_HEADER]: facts.issuerNonce })
      for (const message of messages) {
        response.write(`${session.seal(feedFrame(message.t, JSON.stringify(message)))}\n`)
      }
      response.end()
    }
    const said = body.split('\n').map((line) => JSON.parse(line))
    http.emit('poll', { request, response, said, session, answer } satisfies Poll)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    port: (http.address() as AddressInfo).port,
    next: async (): Promise<Poll> => (await once(http, 'poll'))[0],
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

const connect = (port: number): Feed =>
  feedClient({
    issuerAddress: `http://127.0.0.1:${port}`,
    service: 'orders',
    credentials: CREDENTIALS,
    transport: 'long-poll',
    random: { bytes: (count) => Buffer.alloc(count) },
  })

const keysFor = ({ session }: Poll): IssuerMessage => {
  const { k = '', ...key } = KEY
  return { t: 'keys', keys: [{ ...key, jwe: session.wrapKey(key.kid, k) }] }
}
const SNAPSHOT: IssuerMessage = {
  ...{ t: 'snapshot', position: at(10), entries: [], first: true, more: false },
}

t.test(
  'each request says where it is now, and what was to be said since the last one',
  async (t) => {
    const server = await pollServer()
    const feed = connect(server.port)
    const first = await server.next()
    t.match(first.request, { method: 'POST', url: '/feed/poll' })
    t.match(first.request.headers, { prefer: 'wait=0', 'content-type': 'application/x-ndjson' })
    t.match(first.said, [{ t: 'hello', positions: [] }])
    t.equal(first.said.length, 1)

    const coming = server.next()
    first.answer(keysFor(first), SNAPSHOT)
    const second = await coming
    t.equal(second.request.headers['prefer'], undefined)
    t.match(second.said, [
      { t: 'hello', positions: [at(10)] },
      { t: 'held', kids: [KEY.kid] },
      { t: 'lease?' },
      { t: 'ack', offset: 10 },
    ])
    t.same(feed.keys(), [KEY])

    const id = second.said.find((one) => one.t === 'lease?')?.['id'] as number
    const after = server.next()
    const entries: IssuerMessage = { t: 'entries', epoch: 1, entries: [entry(11)] }
    const lease: IssuerMessage = { t: 'lease', id, positions: [at(10)], ageMs: 100, ttlMs: 5000 }
    second.answer(keysFor(second), lease, entries)
    const third = await after
    t.match(third.said[0], { t: 'hello', positions: [at(11)] })
    t.ok(third.said.some((one) => one.t === 'ack' && one['offset'] === 11))
    const remaining = feed.lease.remainingMs()
    t.ok(remaining > 0 && remaining <= 4900, `sent − age + T: ${remaining}`)
    t.match(feed.status(), { connected: true, reconnects: 0 })
    await feed.close()
    await server.close()
  },
)

t.test('attacks K6 and K13: an answer that is not the issuer’s costs a connection', async (t) => {
  const rows: [string, (poll: Poll) => void, RegExp][] = [
    ['a status', ({ response }) => response.writeHead(503).end(), /HTTP status 503/],
    [
      'a redirect',
      ({ response }) => response.writeHead(307, { location: '/' }).end(),
      /status 307/,
    ],
    [
      'no nonce',
      ({ response }) => response.writeHead(200).end('x\n'),
      /does not speak as the issuer/,
    ],
    ['no MAC', (poll) => write(poll, '{"t":"keys","keys":[]}\n'), /has not sent like that/],
    ['a frame twice', (poll) => twice(poll), /has not sent like that/],
    ['nothing', (poll) => write(poll, ''), /says nothing/],
    ['half a frame', (poll) => half(poll), /connection lost|aborted/],
    ['a line without end', (poll) => write(poll, 'x'.repeat(200_000)), /too large/],
  ]
  for (const [name, attack, expected] of rows) {
    const server = await pollServer()
    const feed = connect(server.port)
    attack(await server.next())
    while (!feed.status().lastFailure) await new Promise((resolve) => setImmediate(resolve))
    t.match(feed.status().lastFailure, expected, name)
    t.same(feed.keys(), [], name)
    await feed.close()
    await server.close()
  }
})

function write({ response }: Poll, body: string): void {
  response.writeHead(200, { [FEED_NONCE_HEADER]: 'i'.repeat(22) }).end(body)
}

function twice({ response, session }: Poll): void {
  const frame = session.seal(feedFrame('bye', '{"t":"weather"}'))
  response.writeHead(200, { [FEED_NONCE_HEADER]: 'i'.repeat(22) }).end(`${frame}\n${frame}\n`)
}

function half({ response, session }: Poll): void {
  const frame = session.seal(feedFrame('bye', '{"t":"weather"}')) as string
  response.writeHead(200, { [FEED_NONCE_HEADER]: 'i'.repeat(22) })
  response.write(frame.slice(0, 10), () => response.destroy())
}

t.test('lines are cut wherever the network has cut them', async (t) => {
  const heard: string[] = []
  const lines = frameLines(4, (line) => heard.push(line))
  for (const part of ['a', 'b\n', '\ncd', 'ef\ng', '']) t.ok(lines.add(part))
  t.same([heard, lines.count], [['ab', '', 'cdef'], 3])
  t.notOk(lines.add('2345'), 'five characters of a line that has not ended')
})

/** Which transport each attempt took, when upgrades end as the rows say. */
function attempts() {
  const { clock, advance } = simulatedTime()
  const taken: string[] = []
  let last = { opened: () => {}, closed: (_: SocketClosed) => {}, text: (_: string) => {} }
  const via =
    (name: string): Connect =>
    (_, events) => {
      taken.push(name)
      last = events
      return { close: () => taken.push('closed') } as never
    }
  const auto = autoConnect({ clock, webSocket: via('ws'), longPoll: via('poll') })
  const none = {
    opened: () => {},
    closed: () => {},
    text: () => {},
    binary: () => {},
    alive: () => {},
  }
  return { taken, advance, try: () => auto({} as never, none), events: () => last }
}

t.test('long poll follows two upgrades that failed as if they were barred', async (t) => {
  const rows: [string, SocketClosed, boolean][] = [
    ['400', { reason: 'HTTP status 400', status: 400 }, true],
    ['403 of a proxy', { reason: 'HTTP status 403', status: 403 }, true],
    ['426', { reason: 'HTTP status 426', status: 426 }, true],
    ['502', { reason: 'HTTP status 502', status: 502 }, true],
    ['hung up', { reason: 'socket hang up' }, true],
    ['no answer', { reason: 'connection lost' }, true],
    ['401', { reason: 'HTTP status 401', status: 401 }, false],
    ['503', { reason: 'HTTP status 503', status: 503 }, false],
    ['nobody listens', { reason: 'connect ECONNREFUSED 127.0.0.1:1' }, false],
    ['no such name', { reason: 'getaddrinfo ENOTFOUND sso' }, false],
    ['a wrong certificate', { reason: 'unable to verify the first certificate' }, false],
  ]
  for (const [name, facts, polls] of rows) {
    const one = attempts()
    for (let i = 0; i < 3; i++) {
      one.try()
      if (i < 2) one.events().closed(facts)
    }
    t.same(one.taken, ['ws', 'ws', polls ? 'poll' : 'ws'], name)
  }
})

t.test('a WebSocket is tried again after ten minutes, and kept once it has worked', async (t) => {
  const barred = { reason: 'HTTP status 426', status: 426 }
  const one = attempts()
  for (let i = 0; i < 2; i++) {
    one.try()
    one.events().closed(barred)
  }
  one.try()
  one.events().text('{}')
  one.advance(10 * 60_000)
  one.events().text('{}')
  t.same(one.taken.splice(0), ['ws', 'ws', 'poll', 'closed'])
  one.try()
  one.events().closed(barred)
  one.try()
  t.same(one.taken.splice(0), ['ws', 'poll'], 'one failure is enough now')
  one.advance(10 * 60_000)
  one.try()
  one.events().opened()
  for (let i = 0; i < 3; i++) {
    one.events().closed({ reason: 'connection lost' })
    one.try()
    one.events().closed(barred)
  }
  one.try()
  t.same(one.taken, ['ws', 'ws', 'ws', 'ws', 'ws'], 'failures are the network’s then')
})
