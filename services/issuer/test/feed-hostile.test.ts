/** Verifiers with the right credentials and bad intentions, over bare TCP. */
import type { AddressInfo } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import websocket from '@fastify/websocket'
import type { Client } from '@latchkey/directory'
import { feedFrame, systemClock, systemRandom } from '@latchkey/protocol'
import { fastify } from 'fastify'
import t from 'tap'
import { FEED_SOCKETS, feed } from '../src/endpoints/feed.ts'
import type { FeedSocket } from '../src/feed/connection.ts'
import type { FeedHub } from '../src/feed/hub.ts'
import { A, helloTo, hubScene, turn } from './fixtures/hub-scene.ts'
import { entry } from './fixtures/log-of.ts'
import { closeCode, type RawFeedOptions, rawFeed, textFrame } from './fixtures/raw-feed.ts'
import { ORDERS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { port } = issuer.app.server.address() as AddressInfo
const open = (change: Partial<RawFeedOptions> = {}) =>
  rawFeed({ port, clientId: 'orders', clientSecret: SECRET, ...change })
const hello = (instance = 'i'.repeat(22)) =>
  JSON.stringify({ t: 'hello', v: 1, service: ORDERS, instance, positions: [] })

t.test('attacks K13 and K14: hostile frames cost a connection and nothing else', async (t) => {
  const part = textFrame('x'.repeat(60_000), 0x01)
  const more = textFrame('x'.repeat(60_000), 0x00)
  const rows: [string, Buffer, number][] = [
    ['a frame of 100 MB', Buffer.from([0x81, 0xff, 0, 0, 0, 0, 6, 0x40, 0, 0, 0, 0, 0, 0]), 1009],
    ['a length of 2^63', Buffer.from([0x81, 0xff, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1009],
    ['fragments without end', Buffer.concat([part, ...Array<Buffer>(10).fill(more)]), 1009],
    [
      'a hundred thousand tiny frames',
      Buffer.concat(Array<Buffer>(100_000).fill(textFrame('x'))),
      1002,
    ],
    ['a deflate bomb', deflated(10 * 2 ** 20), 1002],
    ['invalid UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
    ['a frame without a mask', Buffer.from([0x81, 0x01, 0x7b]), 1002],
    ['a reserved opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    ['a text of another session', textFrame(`${'A'.repeat(22)}{"t":"lease?","id":1}`), 1002],
  ]
  for (const [name, bytes, code] of rows) {
    const feed = await open()
    t.equal(feed.status, 101, name)
    feed.say(hello())
    feed.tcp.write(bytes)
    t.equal(closeCode(await feed.rest()), code, name)
  }
})

/** A frame that says it is compressed, which nobody agreed to. */
function deflated(bytes: number): Buffer {
  const body = deflateRawSync(Buffer.alloc(bytes, 'x')).subarray(0, 60_000)
  const length = Buffer.from([0x80 | 126, body.length >> 8, body.length & 255])
  return Buffer.concat([Buffer.from([0xc1]), length, Buffer.alloc(4), body])
}

t.test('attack K6: a frame that is sent again, or altered, ends the connection', async (t) => {
  const replayed = await open()
  const sealed = textFrame(String(replayed.session?.seal(feedFrame('hello', hello()))))
  replayed.tcp.write(Buffer.concat([sealed, sealed]))
  t.equal(closeCode(await replayed.rest()), 1002, 'again')
  const altered = await open()
  altered.tcp.write(textFrame(String(altered.session?.seal({ body: hello(), digest: '' }))))
  t.equal(closeCode(await altered.rest()), 1002, 'a MAC over something else')
  const unproven = await open()
  unproven.say(hello())
  unproven.tcp.write(textFrame(`${'A'.repeat(22)}${hello()}`))
  t.equal(closeCode(await unproven.rest()), 1002, 'no MAC of this session')
})

t.test('attack K15: upgrades with many headers, or a giant one, are refused', async (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => `X-${i}: y`)
  const names = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`).join(', ')
  const rows: [string, Partial<RawFeedOptions>, number][] = [
    ['three thousand headers', { headers: many }, 431],
    ['a subprotocol of 20 KB', { protocol: 'p'.repeat(20_000) }, 431],
    ['a thousand subprotocols, none of them ours', { protocol: names(1000) }, 400],
    ['a subprotocol twice', { protocol: 'latchkey.feed.v1, latchkey.feed.v1' }, 400],
  ]
  for (const [name, change, status] of rows) {
    const feed = await open(change)
    feed.tcp.destroy()
    t.equal(feed.status, status, name)
  }
  const feed = await open({ protocol: `${names(500)}, latchkey.feed.v1` })
  t.equal(feed.status, 101, 'ours among five hundred')
  feed.tcp.destroy()
})

t.test(
  'attacks K2 and K3: a page has nothing that opens a feed, whatever its origin',
  async (t) => {
    for (const origin of ['https://evil.example', 'null', 'http://sso.localhost:4000']) {
      const headers = [`Origin: ${origin}`, 'Cookie: __Host-latchkey-session=x']
      const feed = await open({ headers, clientSecret: `${SECRET}x` })
      feed.tcp.destroy()
      t.equal(feed.status, 401, origin)
    }
  },
)

t.test(
  'attack K12: a verifier that stops reading is cut off, and what waits for it is bounded',
  async (t) => {
    const { log, hub } = await hubScene()
    const app = fastify()
    await app.register(websocket, { options: FEED_SOCKETS })
    const client = { id: 'a', disabled: false } as Client
    const clients = { find: async () => client }
    const clientSecrets = {
      live: () => [{ id: 1, hash: 'sha256:x', createdAt: 0 }],
      open: () => SECRET,
      noteUse: async () => {},
    }
    const oneTime = { claim: async () => true }
    const lines: FeedSocket[] = []
    const watched: Pick<FeedHub, 'accept'> = {
      accept: (socket, opener) => {
        lines.push(socket)
        return hub.accept(socket, opener)
      },
    }
    await app.register(
      feed({
        ...{ hub: watched, clients, clientSecrets, oneTime },
        ...{ clock: systemClock, random: systemRandom },
      }),
    )
    await app.listen({ host: '127.0.0.1', port: 0 })
    t.teardown(() => app.close())
    const address = app.server.address() as AddressInfo
    const line = await rawFeed({ port: address.port, clientId: 'a', clientSecret: SECRET })
    line.say(JSON.stringify(helloTo(A)))
    while (hub.members().length === 0) await turn()
    line.tcp.pause()
    const closed = line.rest()
    let offset = 3
    let most = 0
    // 100 entries of two kilobytes each time: what the kernel takes, and then four megabytes.
    while (hub.members().length > 0) {
      most = Math.max(most, lines[0]?.bufferedAmount ?? 0)
      log.append(...Array.from({ length: 100 }, () => entry(++offset, 'user', 'u'.repeat(2000))))
      await turn()
    }
    t.ok(most > 2 ** 20 && most < 5 * 2 ** 20, `${most} bytes waited for it`)
    line.tcp.resume()
    await closed
  },
)
