/** The feed client over real sockets: what `ws` and the kernel do with hostile frames. */
import { once } from 'node:events'
import { FEED_NONCE_HEADER, feedFrame } from '@latchkey/protocol'
import t from 'tap'
import { type Feed, type FeedEncoding, feedClient } from '../src/index.ts'
import { sayLater } from '../src/say-later.ts'
import { at, entry } from './log.ts'
import { KEY } from './scripted-network.ts'
import { CREDENTIALS, type ServerPeer as Peer, scriptedServer } from './scripted-server.ts'

const LEASED = { positions: [at(10)], ageMs: 0, ttlMs: 5000 }

function connect(
  port: number,
  { host = '127.0.0.1', encoding = 'text' as FeedEncoding } = {},
): Feed {
  return feedClient({
    issuerAddress: `http://${host}:${port}`,
    service: 'orders',
    credentials: CREDENTIALS,
    encoding,
    // The soonest attempt each time, so that tests do not wait.
    random: { bytes: (count) => Buffer.alloc(count) },
  })
}

/** Brings a verifier to its first lease. */
async function join(peer: Peer, feed: Feed): Promise<void> {
  await peer.next('hello')
  const { k = '', ...key } = KEY
  peer.send({ t: 'keys', keys: [{ ...key, jwe: peer.session.wrapKey(key.kid, k) }] })
  peer.send({ t: 'snapshot', position: at(10), entries: [], first: true, more: false })
  const { id } = await peer.next('lease?')
  const leased = new Promise<void>((resolve) => {
    const stop = feed.subscribe({ leased: () => resolve(stop()) })
  })
  peer.send({ t: 'lease', id, ...LEASED })
  await leased
}

/** The close code that the verifier gave, or 1006 when it just went. */
const closeCode = async (peer: Peer): Promise<number> => (await once(peer.socket, 'close'))[0]

for (const encoding of ['text', 'binary'] as const) {
  t.test(`a lease over a real socket, an entry, and a clean end: ${encoding}`, async (t) => {
    const server = await scriptedServer()
    const feed = connect(server.port, { encoding })
    const peer = await server.accept()
    t.match(peer.request.headers, {
      authorization: /^Latchkey-Feed client="orders", /,
      'sec-websocket-protocol': encoding === 'text' ? 'latchkey.feed.v1' : 'latchkey.feed.v1.bin',
    })
    t.equal(peer.request.url, '/feed', 'no credentials in the URL')
    t.notOk(peer.request.headers['sec-websocket-extensions'], 'no compression is offered')
    t.notOk(peer.request.headers.cookie)
    t.notMatch(peer.request.headers.authorization, /secret/)
    await join(peer, feed)
    t.same(feed.keys(), [KEY])
    const remaining = feed.lease.remainingMs()
    t.ok(remaining > 0 && remaining <= 5000)
    peer.send({ t: 'entries', epoch: 1, entries: [entry(11, { k: 'user', v: 'u_ada' })] })
    let applied = 0
    while (applied < 11) applied = (await peer.next('ack')).offset
    t.equal(feed.replica.size(), 1)
    const code = closeCode(peer)
    await feed.close()
    t.equal(await code, 1000)
    await server.close()
  })
}

t.test('what is said leaves behind what has arrived, in order and once', async (t) => {
  const sent: unknown[] = []
  const say = sayLater((body) => sent.push(body))
  say.later('first')
  say.later('second')
  await Promise.resolve()
  t.same(sent, [], 'not while something may still be read')
  await new Promise(setImmediate)
  t.same(sent, ['first', 'second'])
  say.later('third')
  say.now()
  t.same(sent.slice(2), ['third'], 'a goodbye does not wait')
  await new Promise(setImmediate)
  t.equal(sent.length, 3)
})

t.test('an entry that arrives at the last moment is acknowledged before the goodbye', async (t) => {
  const server = await scriptedServer()
  const feed = connect(server.port)
  const peer = await server.accept()
  await join(peer, feed)
  const code = closeCode(peer)
  feed.subscribe({ applied: () => void feed.close() })
  peer.send({ t: 'entries', epoch: 1, entries: [entry(11)] })
  let applied = 0
  while (applied < 11) applied = (await peer.next('ack')).offset
  t.equal(await code, 1000)
  await server.close()
})

t.test('names under .localhost reach this machine without a name server', async (t) => {
  const server = await scriptedServer()
  const feed = connect(server.port, { host: 'sso.localhost' })
  const peer = await server.accept()
  t.equal(peer.request.headers.host, `sso.localhost:${server.port}`)
  await feed.close()
  await server.close()
})

t.test('hostile frames cost a connection and nothing else (attacks K13, K14)', async (t) => {
  const raw = (...bytes: number[]) => Buffer.from(bytes)
  const rows: [string, (peer: Peer) => void, number][] = [
    [
      'a frame of 100 MB is refused by its length',
      (peer) => stream(peer, 0x81, 100 * 2 ** 20),
      1009,
    ],
    ['a frame of one byte too many', (peer) => peer.socket.send('x'.repeat(131_073)), 1009],
    ['invalid UTF-8', (peer) => write(peer, raw(0x81, 0x02, 0xc3, 0x28)), 1007],
    ['a length of 2^63', (peer) => write(peer, raw(0x81, 127, 128, 0, 0, 0, 0, 0, 0, 0)), 1009],
    [
      'a compressed frame that nobody negotiated',
      (peer) => write(peer, raw(0xc1, 0x01, 0x00)),
      1002,
    ],
    ['fragments without end', (peer) => fragments(peer, 64), 1009],
    ['a masked frame', (peer) => write(peer, raw(0x81, 0x81, 1, 2, 3, 4, 5)), 1002],
    ['a frame without MAC', (peer) => peer.socket.send('{"t":"keys","keys":[]}'), 1006],
    ['a binary frame', (peer) => peer.socket.send(sealed(peer, Buffer.from('{}'))), 1006],
    ['no JSON', (peer) => peer.socket.send(sealed(peer, '{')), 1006],
  ]
  for (const [name, attack, expected] of rows) {
    const server = await scriptedServer()
    const feed = connect(server.port)
    const peer = await server.accept()
    await join(peer, feed)
    const code = closeCode(peer)
    const again = server.accept()
    attack(peer)
    t.equal(await code, expected, name)
    const next = await again
    t.match(await next.next('hello'), { positions: [at(10)] }, `${name}: it resumes`)
    t.ok(feed.lease.remainingMs() > 0, `${name}: the lease that it had still counts`)
    await feed.close()
    await server.close()
  }
})

t.test(
  'an upgrade that is refused, redirected or left without subprotocol is no feed',
  async (t) => {
    for (const [refuse, expected] of [
      [401, 'refused by the issuer: HTTP status 401'],
      [403, 'refused by the issuer: HTTP status 403'],
      [302, 'HTTP status 302'],
      [503, 'HTTP status 503'],
    ] as const) {
      const server = await scriptedServer({ refuse })
      const feed = connect(server.port)
      await failure(feed, expected)
      t.equal(feed.status().lastFailure, expected)
      await feed.close()
      await server.close()
    }
  },
)

t.test('why it was refused is handed on, as far as it is fit to be shown', async (t) => {
  const told = (description: unknown) =>
    JSON.stringify({ error: 'invalid_client', error_description: description })
  for (const [body, expected] of [
    [told('save the client with its secret'), 'HTTP status 401: save the client with its secret'],
    [told('two\nlines'), 'HTTP status 401'],
    [told('x'.repeat(257)), 'HTTP status 401'],
    [told(7), 'HTTP status 401'],
    ['x'.repeat(10_000), 'HTTP status 401'],
    ['<html>', 'HTTP status 401'],
  ] as const) {
    const server = await scriptedServer({ refuse: 401, body })
    const feed = connect(server.port)
    await failure(feed, 'HTTP status')
    t.equal(feed.status().lastFailure, `refused by the issuer: ${expected}`)
    await feed.close()
    await server.close()
  }
})

t.test('whoever does not know the secret is not the issuer', async (t) => {
  const alien = await scriptedServer({ withoutNonce: true })
  const first = connect(alien.port)
  await failure(first, 'does not speak as the issuer does')
  await first.close()
  await alien.close()

  const impostor = await scriptedServer({ secret: 'another secret' })
  const feed = connect(impostor.port)
  const peer = await impostor.accept()
  t.match(peer.request.headers, { [FEED_NONCE_HEADER]: undefined }, 'nothing is sent in advance')
  peer.send({ t: 'bye', reason: 'go away', retry: false })
  await failure(feed, 'a frame that the issuer has not sent like that')
  t.same(feed.keys(), [])
  await feed.close()
  await impostor.close()
})

t.test('an address where nobody listens is told by its error', async (t) => {
  const server = await scriptedServer()
  await server.close()
  const feed = connect(server.port)
  await failure(feed, 'ECONNREFUSED')
  t.match(feed.status().lastFailure, `connect ECONNREFUSED 127.0.0.1:${server.port}`)
  await feed.close()
})

/** Waits, turn by turn of the event loop, until the last failure says this. The test's own time limit ends a wait in vain. */
async function failure(feed: Feed, text: string): Promise<void> {
  while (!feed.status().lastFailure?.includes(text)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What a broken issuer would send: it knows the secret. */
function sealed({ session }: Peer, body: string | Buffer): string | Buffer {
  return session.seal(feedFrame('bye', body))
}

/** Writes bytes past `ws`, which would not send such frames. */
function write(peer: Peer, bytes: Buffer): void {
  const { _socket: tcp } = peer.socket as unknown as { _socket: { write(bytes: Buffer): void } }
  tcp.write(bytes)
}

/** A frame that announces a length; the first kilobyte of it follows. */
function stream(peer: Peer, opcode: number, length: number): void {
  const header = Buffer.alloc(10)
  header.writeUInt8(opcode, 0)
  header.writeUInt8(127, 1)
  header.writeBigUInt64BE(BigInt(length), 2)
  write(peer, Buffer.concat([header, Buffer.alloc(1024, 'x')]))
}

function fragments(peer: Peer, count: number): void {
  const part = Buffer.alloc(4096, 'x')
  const header = (opcode: number) => Buffer.from([opcode, 126, part.length >> 8, part.length & 255])
  for (let i = 0; i < count; i++) write(peer, Buffer.concat([header(i === 0 ? 0x01 : 0x00), part]))
}
