import { type AddressInfo, connect } from 'node:net'
import { type Feed, feedClient } from '@latchkey/feed'
import {
  feedAuthorization,
  feedKeyOf,
  type LogEntry,
  randomId,
  systemRandom,
} from '@latchkey/protocol'
import t from 'tap'
import { feedByHand } from './fixtures/feed-by-hand.ts'
import { ORDERS, REPORTS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { port } = issuer.app.server.address() as AddressInfo
const issuerAddress = `http://127.0.0.1:${port}`

function join(service: string, clientId: string, clientSecret = SECRET): Feed {
  const feed = feedClient({ issuerAddress, service, credentials: { clientId, clientSecret } })
  return feed
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing')
  return value
}

/** The next time that the feed says this. */
function next(feed: Feed, what: 'leased' | 'keys'): Promise<unknown>
function next(feed: Feed, what: 'applied'): Promise<readonly LogEntry[]>
function next(feed: Feed, what: 'leased' | 'keys' | 'applied'): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = feed.subscribe({
      [what]: (value: unknown) => {
        stop()
        resolve(value)
      },
    })
  })
}

t.test('a verifier on the feed', async (t) => {
  const feed = join(ORDERS, 'orders')
  t.teardown(() => feed.close())
  await next(feed, 'leased')

  t.test('has its key, and no other', async (t) => {
    t.match(feed.keys(), [{ alg: 'HS256', state: 'active', k: String }])
    t.equal(feed.keys().length, 1)
  })
  t.test('attack L4: the key of another service is another key', async (t) => {
    const other = join(REPORTS, 'reports')
    t.teardown(() => other.close())
    await next(other, 'leased')
    t.not(other.keys()[0]?.k, feed.keys()[0]?.k)
    t.not(other.keys()[0]?.kid, feed.keys()[0]?.kid)
  })
  t.test('has an entry when end has returned, or shortly after', async (t) => {
    const browser = issuer.browser()
    await browser.signIn('ada')
    const [sid = ''] = (browser.cookies.get('__Host-latchkey-session') ?? '').split('.')
    const applied = next(feed, 'applied')
    await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
    t.match(await applied, [{ k: 'session', v: sid }])
  })
  t.test('publishes its routes, which keep their numbers', async (t) => {
    const routes = [{ method: 'GET', pattern: '/orders' }]
    feed.publishRoutes(routes)
    while ((await issuer.directory.services.catalogue(ORDERS)).length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.match(await issuer.directory.services.catalogue(ORDERS), [{ ...routes[0], current: true }])
  })
  t.test('is listed for the admin with what it has applied', async (t) => {
    const token = (
      await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    ).json()
    const headers = { authorization: `Bearer ${token.access_token}` }
    const answer = await issuer.app.inject({ url: '/admin/v1/verifiers', headers })
    t.match(answer.json().verifiers[0], {
      audience: ORDERS,
      client_id: 'orders',
      connected: true,
      applied: [{ partition: 0 }],
    })
  })
})

const orders = { port, clientId: 'orders', clientSecret: SECRET }
// The clock of the issuer stands still.
const clock = () => issuer.now()
const proof = (
  change: { time?: number; nonce?: string; secret?: string; client?: string } = {},
) => {
  const { time = clock(), nonce = randomId(systemRandom), secret = SECRET } = change
  const { client: clientId = 'orders' } = change
  const channel = 'latchkey.feed.v1'
  return {
    authorization: feedAuthorization(
      feedKeyOf(clientId, secret),
      { clientId, time, nonce },
      { channel },
    ),
  }
}
/** Opens a socket with these headers, and says these frames with the credentials of `orders`. */
const open = (headers: Record<string, string>, protocol = 'latchkey.feed.v1') =>
  feedByHand({ ...orders, headers, protocol })
const say = (...frames: (string | Buffer)[]) => feedByHand(orders, frames)

/** Upgrades by hand and says something; gives what was heard when the other side hangs up. It never answers a close. */
function raw(path: string, frame: Buffer, { authorization } = proof()): Promise<string> {
  return new Promise((resolve) => {
    const lines = [
      `GET ${path} HTTP/1.1`,
      ...['Host: x', 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'],
      'Sec-WebSocket-Protocol: chat, latchkey.feed.v1',
      `Authorization: ${authorization}`,
    ]
    let heard = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    socket.on('data', (data) => {
      if (heard === '') socket.write(frame)
      heard += data.toString('latin1')
      if (heard.startsWith('HTTP/1.1 4') || frame.length === 0) socket.destroy()
    })
    socket.on('close', () => resolve(heard))
  })
}

const basic = {
  authorization: `Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`,
}
const LIE = '1008 acknowledged what was not sent'
const { epoch } = (await issuer.store.log.head(0)).position
const instance = 'i'.repeat(22)
const hello = (service: string) =>
  JSON.stringify({ t: 'hello', v: 1, service, instance, positions: [] })

t.test('attacks K1, K5, K7, K13 and K14: the feed is closed', async (t) => {
  const ack = (fields: string) => say(hello(ORDERS), `{"t":"ack",${fields}}`)
  const no = 'HTTP 401'
  const unreadable = '1008 not a message of latchkey.feed.v1'
  const cases: [string, Promise<string>, string][] = [
    ['no credentials', open({}), no],
    ['a wrong secret', open(proof({ secret: `${SECRET}x` })), no],
    ['the secret itself is no proof of it', open(basic), no],
    ['a cookie is no credential', open({ cookie: '__Host-latchkey-session=x' }), no],
    ['a bearer token is no credential here', open({ authorization: 'Bearer x' }), no],
    ['an unknown client', open(proof({ client: 'nobody' })), no],
    ['a public client', open(proof({ client: 'native' })), no],
    ['a proof of 61 seconds ago', open(proof({ time: clock() - 62 })), no],
    ['a proof of the future', open(proof({ time: clock() + 62 })), no],
    ['a proof for the other subprotocol', open(proof(), 'latchkey.feed.v1.bin'), no],
    ['another subprotocol', open(proof(), 'chat'), 'HTTP 400'],
    ['the key of another service', say(hello(REPORTS)), '1008 not the credentials of this service'],
    [
      'an unknown service',
      say(hello('https://nowhere.example')),
      '1008 not the credentials of this service',
    ],
    ['a frame before the hello', say('{"t":"lease?","id":1}'), '1008 hello comes first'],
    ['a second hello', say(hello(ORDERS), hello(ORDERS)), '1008 hello was said before'],
    ['no JSON', say('{'), unreadable],
    ['a member twice', say('{"t":"lease?","id":1,"id":2}'), unreadable],
    ['a thousand levels', say(`${'['.repeat(1000)}${']'.repeat(1000)}`), unreadable],
    ['a binary frame', say(Buffer.from('{}')), unreadable],
    ['an ack of a later epoch', ack('"p":0,"epoch":9999999999,"offset":1'), LIE],
    ['an ack ahead of the log', ack(`"p":0,"epoch":${epoch},"offset":99999`), LIE],
    ['an ack of another partition', ack(`"p":7,"epoch":${epoch},"offset":0`), LIE],
    ['an ack of a negative offset', ack(`"p":0,"epoch":${epoch},"offset":-1`), unreadable],
    ['an ack of 2^53', ack(`"p":0,"epoch":${epoch},"offset":9007199254740992`), unreadable],
    ['an ack as text', ack(`"p":0,"epoch":${epoch},"offset":"1"`), unreadable],
    ['a frame of a megabyte', say('x'.repeat(1024 * 1024)), '1009 '],
    [
      'a thousand frames at once',
      say(hello(ORDERS), ...Array(1000).fill('{"t":"lease?","id":1}')),
      '1008 too many frames',
    ],
  ]
  for (const [name, attempt, expected] of cases) {
    t.test(`${name}: ${expected}`, async (t) => t.equal(await attempt, expected))
  }
  t.test('a proof is good once', async (t) => {
    const once = proof()
    const session = await raw('/feed', Buffer.alloc(0), once)
    t.match(session, 'HTTP/1.1 101')
    t.equal(await open(once), 'HTTP 401')
  })
  t.test('asking for a foreign key leaves an audit record', async (t) => {
    const [record] = await issuer.directory.audit.list({ limit: 1, action: 'feed.refused' })
    t.match(record, { actor: { clientId: 'orders' }, reason: 'not_its_client' })
  })
})

t.test('a client that is known by the hash of its secret alone hears what to do', async (t) => {
  const { clients } = issuer.directory
  const { secrets, createdAt: _, ...client } = must(await clients.find('support'))
  const other = await clients.save({ ...client, secret: `${SECRET}2` })
  t.ok(other.secrets[0]?.sealed)
  await clients.save({ ...client, secretHash: must(secrets[0]?.hash) })
  const feed = join(ORDERS, 'support')
  t.teardown(() => feed.close())
  while (feed.status().lastFailure === undefined) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.match(feed.status().lastFailure, /HTTP status 401: .* save the client with its secret/)
})

t.test('a verifier whose client was ended shows its credentials again', async (t) => {
  const feed = join(REPORTS, 'reports')
  t.teardown(() => feed.close())
  await next(feed, 'leased')
  const endClient = () =>
    issuer.end({ kind: 'client', clientId: 'reports' }, 'client_disabled', { sub: 'issuer' })

  await t.test('who is still welcome is back at once, and was never without a lease', async (t) => {
    const keys = next(feed, 'keys')
    await endClient()
    await keys
    await next(feed, 'leased')
    t.equal(feed.status().reconnects, 1)
    t.ok(feed.lease.remainingMs() > 0)
  })
  await t.test('who was disabled is refused', async (t) => {
    await issuer.directory.clients.setDisabled('reports', true)
    await endClient()
    while (!/refused by the issuer/.test(feed.status().lastFailure ?? '')) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.equal(feed.status().connected, false)
    await issuer.directory.clients.setDisabled('reports', false)
  })
})

t.test('attacks K12 and K15: upgrades by hand', async (t) => {
  // A masked text frame that holds a brace.
  const brace = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7b])
  await t.test('who does not answer a goodbye is cut off', async (t) => {
    const heard = await raw('/feed', brace)
    t.match(heard, 'not a frame of this session')
    t.match(heard, /latchkey-feed-nonce: [\w-]{22}\r\n/)
    t.match(heard, 'Sec-WebSocket-Protocol: latchkey.feed.v1', 'of two protocols it is ours')
  })
  for (const path of ['/', '/token', '/authorize', '/feeds', '/nowhere', '/admin/v1/users']) {
    await t.test(`${path} speaks no WebSocket`, async (t) => {
      t.match(await raw(path, brace), /^HTTP\/1\.1 40[0145] /)
    })
  }
})

t.test(
  'the issuer stops although verifiers are connected, and they keep what they know',
  async (t) => {
    const other = await testIssuer()
    await other.app.listen({ host: '127.0.0.1', port: 0 })
    const address = other.app.server.address() as AddressInfo
    const feed = feedClient({
      issuerAddress: `http://127.0.0.1:${address.port}`,
      service: ORDERS,
      credentials: { clientId: 'orders', clientSecret: SECRET },
    })
    t.teardown(() => feed.close())
    await next(feed, 'leased')
    await other.close()
    t.ok(feed.lease.remainingMs() > 0)
    t.equal(feed.keys().length, 1)
  },
)
