/** The feed where WebSockets are barred: POST /feed/poll. */
import type { AddressInfo } from 'node:net'
import { type FeedTransport, feedClient, handshakes } from '@latchkey/feed'
import { FEED_POLL, systemClock, systemRandom } from '@latchkey/protocol'
import t from 'tap'
import { ORDERS, REPORTS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { port } = issuer.app.server.address() as AddressInfo
const instance = 'i'.repeat(22)
const credentials = { clientId: 'orders', clientSecret: SECRET }
const prove = handshakes({ credentials, clock: systemClock, random: systemRandom })
const hello = (service = ORDERS) =>
  JSON.stringify({ t: 'hello', v: 1, service, instance, positions: [] })

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

t.test('a verifier that polls has what one on a WebSocket has', async (t) => {
  const transport: FeedTransport = 'long-poll'
  const issuerAddress = `http://127.0.0.1:${port}`
  const feed = feedClient({ issuerAddress, service: ORDERS, credentials, transport })
  t.teardown(() => feed.close())
  let leases = 0
  const ended: string[] = []
  feed.subscribe({
    leased: () => {
      leases += 1
    },
    applied: (entries) => ended.push(...entries.map(({ v }) => v)),
  })
  const routes = [{ method: 'GET', pattern: '/orders' }]
  feed.publishRoutes(routes)

  await t.test('keys, a lease that counts from the request, and its routes', async (t) => {
    await until(() => leases > 0)
    t.match(feed.keys(), [{ alg: 'HS256', state: 'active', k: String }])
    const remaining = feed.lease.remainingMs()
    t.ok(remaining > 0 && remaining <= 5000)
    t.match(await issuer.directory.services.catalogue(ORDERS), [{ ...routes[0], current: true }])
  })
  await t.test('entries while it waits, and its acks are heard', async (t) => {
    const begun = performance.now()
    const exp = Math.floor(Date.now() / 1000) + 300
    const token = { kind: 'token', jti: 'one', sub: 'u_one', exp, aud: ORDERS } as const
    await issuer.end(token, 'admin', { sub: 'issuer' })
    await until(() => ended.includes('one'))
    t.ok(performance.now() - begun < 900, 'not when the poll is over')
    const offset = () => feed.status().positions[0]?.offset ?? -1
    await until(() => issuer.verifiers()[0]?.acked[0]?.offset === offset())
    t.equal(issuer.verifiers().length, 1)
  })
  await t.test('poll after poll it is one verifier, which never leaves', async (t) => {
    const before = leases
    await until(() => leases > before + 2)
    t.match(feed.status(), { connected: true, reconnects: 0 })
    t.equal(issuer.verifiers().length, 1)
    t.ok(feed.lease.remainingMs() > 3000)
  })
  await t.test('who closes is gone', async () => {
    await feed.close()
    await until(() => issuer.verifiers().length === 0)
  })
})

interface Answer {
  readonly status: number
  readonly frames: readonly string[]
}

/** Polls by hand; frames are as the session opened them, '' when it could not. */
async function poll(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const handshake = prove(FEED_POLL, body)
  const response = await fetch(`http://127.0.0.1:${port}/feed/poll`, {
    method: 'POST',
    headers: {
      authorization: handshake.authorization,
      'content-type': 'application/x-ndjson',
      prefer: 'wait=0',
      ...headers,
    },
    body,
  })
  const session = handshake.session(Object.fromEntries(response.headers))
  const lines = (await response.text()).split('\n').slice(0, -1)
  return { status: response.status, frames: lines.map((line) => session?.open(line) ?? '') }
}
const kinds = ({ frames }: Answer) => frames.map((frame) => (JSON.parse(frame) as { t: string }).t)

t.test('one poll is a whole conversation, sealed for its own session', async (t) => {
  const answer = await poll([hello(), '{"t":"held","kids":[]}', '{"t":"lease?","id":1}'].join('\n'))
  t.equal(answer.status, 200)
  t.same(kinds(answer), ['keys', 'snapshot', 'lease'])
  t.notMatch(answer.frames[0], /"k":"/, 'keys are wrapped')
})

t.test('attacks K1, K5, K6, K13 and K14: polls are closed as the socket is', async (t) => {
  const once = prove(FEED_POLL, hello()).authorization
  t.equal((await poll(hello(), { authorization: once })).status, 200)
  const statuses: [string, Promise<Answer>, number][] = [
    ['the same proof again', poll(hello(), { authorization: once }), 401],
    [
      'a proof of another body',
      poll(hello(), { authorization: prove(FEED_POLL, '').authorization }),
      401,
    ],
    [
      'a proof for a WebSocket',
      poll(hello(), { authorization: prove('latchkey.feed.v1', hello()).authorization }),
      401,
    ],
    ['the secret itself', poll(hello(), { authorization: 'Basic b3JkZXJzOng=' }), 401],
    ['another content type', poll(hello(), { 'content-type': 'application/json' }), 415],
    ['a megabyte', poll('x'.repeat(1024 * 1024)), 413],
    ['a million frames', poll('\n'.repeat(500_000)), 400],
  ]
  for (const [name, answer, status] of statuses) t.equal((await answer).status, status, name)

  const goodbyes: [string, string, string][] = [
    ['the key of another service', hello(REPORTS), 'not the credentials of this service'],
    ['no hello', '{"t":"lease?","id":1}', 'hello comes first'],
    ['no JSON', `${hello()}\n{`, 'not a message of latchkey.feed.v1'],
    ['nothing', '', 'not a message of latchkey.feed.v1'],
    [
      'an ack ahead of the log',
      `${hello()}\n{"t":"ack","p":0,"epoch":9999999999,"offset":1}`,
      'acknowledged what was not sent',
    ],
  ]
  for (const [name, body, reason] of goodbyes) {
    const { frames } = await poll(body)
    t.match(JSON.parse(frames.at(-1) ?? ''), { t: 'bye', reason, retry: false }, name)
  }
})
