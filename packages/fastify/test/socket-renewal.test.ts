/** A socket that goes on over a change of permissions: in-place renewal. */
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { WebSocket } from 'ws'
import { RENEW_SUBPROTOCOL } from '../src/index.ts'
import { renewalIn } from '../src/socket-control.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { liveService } from './fixtures/live-service.ts'

/** A page that renews, and one message after another that it gets. */
async function renewingPage(t: Test, socketGraceSeconds = 2) {
  const service = await liveService(t, { tickets: true, socketGraceSeconds })
  const client = await service.open(GOOD, '/live', [RENEW_SUBPROTOCOL])
  const frames: string[] = []
  client.on('message', (data) => frames.push(String(data)))
  const next = async () => {
    while (frames.length === 0) await once(client, 'message')
    return frames.shift() ?? ''
  }
  const renewWith = (text: string) => client.send(JSON.stringify({ latchkey: 'renew', with: text }))
  const ticketFor = async (token: string) => {
    const answer = await service.app.inject({
      ...{ method: 'POST', url: '/latchkey/ticket' },
      headers: { authorization: `Bearer ${token}` },
    })
    return answer.json<{ ticket: string }>().ticket
  }
  const [server] = service.sockets as [WebSocket]
  return { ...service, client, server, frames, next, renewWith, ticketFor }
}

const RENEW = '{"latchkey":"renew","within":2}'

t.test(
  'F18: when permissions change, the page is asked for a fresh ticket and goes on',
  async (t) => {
    for (const reason of ['stale', 'expired', 'key_ended'] as const) {
      const page = await renewingPage(t)
      const { verifier, next, client, server, heard } = page
      verifier.end('good', reason)
      t.equal(await next(), RENEW, reason)
      client.send('while it waits')
      server.send('to it, too')
      verifier.grant('fresh', ['GET /live'], { exp: Math.floor(Date.now() / 1000) + 300 })
      page.renewWith(await page.ticketFor('fresh'))
      t.match(JSON.parse(await next()), { latchkey: 'renewed', expires_in: /^(299|300)$/ })
      t.strictSame([await next(), await next()].sort(), ['to it, too', 'while it waits'])
      t.strictSame(heard, ['while it waits'], 'and the guard’s frames are not the app’s')
      verifier.end('fresh', 'session_ended', 'admin')
      const [code, text] = await once(client, 'close')
      t.strictSame([code, String(text)], [4401, 'session ended: admin'], 'it stands on the new one')
      t.equal(verifier.watching, 0)
    }
  },
)

t.test('nothing passes while it waits, in either direction', async (t) => {
  const { verifier, next, client, server, heard, frames } = await renewingPage(t, 0.2)
  verifier.end('good', 'stale')
  t.match(await next(), '"renew"')
  const failed = new Promise<Error | undefined>((resolve) => server.send('secret', resolve))
  client.send('one more')
  const [code, text] = await once(client, 'close')
  t.strictSame([code, String(text)], [4403, 'permission changed'], 'the time was up')
  t.match(await failed, { message: /ended/ })
  t.strictSame(heard, [])
  t.strictSame(frames, [])
})

t.test(
  'F18: whoever has lost the right is closed with 4403 as soon as that is known',
  async (t) => {
    const { verifier, next, client, renewWith, ticketFor } = await renewingPage(t)
    verifier.end('good', 'stale')
    await next()
    verifier.grant('poorer', ['GET /other'])
    renewWith(await ticketFor('poorer'))
    const [code, text] = await once(client, 'close')
    t.strictSame([code, String(text)], [4403, 'permission lost'])
  },
)

t.test('what does not mend it changes nothing, and the time goes on', async (t) => {
  const page = await renewingPage(t, 0.5)
  const { verifier, next, client, renewWith, ticketFor } = page
  verifier.grant('foreign', ['GET /live'], { sub: 'u_eve' })
  verifier.grant('elsewhere', ['GET /live'], { sid: 's0_bbbbbbbbbbbbbbbbbbbbbb' })
  const [foreign, elsewhere] = [await ticketFor('foreign'), await ticketFor('elsewhere')]
  const used = await ticketFor('elsewhere')
  verifier.end('good', 'stale')
  await next()
  for (const shown of ['good', 'unknown', 'lkt_x', foreign, elsewhere, foreign, used, 'foreign']) {
    renewWith(shown)
    t.equal(await next(), '{"latchkey":"refused"}', shown)
  }
  t.equal((await once(client, 'close'))[0], 4403)
})

t.test('an end waits for nobody', async (t) => {
  const { verifier, client } = await renewingPage(t)
  verifier.end('good', 'session_ended', 'sign_out')
  const [code, text] = await once(client, 'close')
  t.strictSame([code, String(text)], [4401, 'session ended: sign_out'])
  const noLease = await renewingPage(t)
  noLease.verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
  noLease.client.send('hello')
  t.equal((await once(noLease.client, 'close'))[0], 1013)
})

t.test('a page may renew before it must, with a ticket or a token', async (t) => {
  const { verifier, next, renewWith, ticketFor, guards, client } = await renewingPage(t)
  verifier.grant('fresh', ['GET /live'], { exp: 1_700_000_600 })
  verifier.grant('fresher', ['GET /live'], { exp: 1_700_000_900 })
  renewWith(await ticketFor('fresh'))
  t.match(await next(), '"renewed"')
  t.equal(guards[0]?.caller.exp, 1_700_000_600)
  renewWith('fresher')
  t.match(await next(), '"renewed"')
  t.equal(guards[0]?.caller.exp, 1_700_000_900)
  verifier.end('good', 'stale')
  verifier.end('fresh', 'stale')
  client.send('still here')
  t.equal(await next(), 'still here')
})

t.test('the app’s own frames may carry the ticket: reauthenticate takes it', async (t) => {
  const { verifier, guards, ticketFor, next, server } = await renewingPage(t)
  verifier.grant('fresh', ['GET /live'])
  const ticket = await ticketFor('fresh')
  verifier.end('good', 'stale')
  await next()
  server.send('waits')
  t.match(await guards[0]?.reauthenticate('unknown'), { kind: 'refused' })
  t.match(await guards[0]?.reauthenticate(ticket), { kind: 'accepted' })
  t.equal(await next(), 'waits')
  const again = await guards[0]?.reauthenticate(ticket)
  t.strictSame(again, { kind: 'refused', reason: 'ticket_unknown' })
})

t.test(
  'while the memory of used tickets is away, tickets are refused and tokens are not',
  async (t) => {
    const secret = 'a secret that all processes of the service share'
    const claim = () => Promise.reject(new Error('away'))
    const { app, open, refused } = await liveService(t, { tickets: { secret, claim } })
    const client = await open(GOOD, '/live', [RENEW_SUBPROTOCOL])
    const answer = await app.inject({ method: 'POST', url: '/latchkey/ticket', headers: GOOD })
    const { ticket } = answer.json()
    t.equal(await refused({}, '/live', ['chat', `latchkey.ticket.${ticket}`]), 503)
    for (const [shown, said] of [
      [ticket, /"refused"/],
      ['good', /"renewed"/],
    ] as const) {
      client.send(JSON.stringify({ latchkey: 'renew', with: shown }))
      t.match(String((await once(client, 'message'))[0]), said)
    }
  },
)

t.test('a ticket of another route is refused over the socket too', async (t) => {
  const { app, guards } = await renewingPage(t)
  const of = async (route: string) => {
    const url = `/latchkey/ticket?route=${route}`
    return (await app.inject({ method: 'POST', url, headers: GOOD })).json().ticket
  }
  const refused = await guards[0]?.reauthenticate(await of('/strict'))
  t.strictSame(refused, { kind: 'refused', reason: 'ticket_of_other_route' })
  t.match(await guards[0]?.reauthenticate(await of('/live')), { kind: 'accepted' })
})

t.test('K13: what waits is bounded', async (t) => {
  for (const messages of [257, 2]) {
    const { verifier, server, client, next } = await renewingPage(t)
    verifier.end('good', 'stale')
    await next()
    const data = messages === 2 ? Buffer.alloc(300_000) : 'x'
    for (let sent = 0; sent < messages; sent++) server.send(data)
    t.equal((await once(client, 'close'))[0], 4403, `${messages} messages`)
  }
})

t.test('where the grace is none, or the page does not renew, it closes at once', async (t) => {
  const none = await renewingPage(t, 0)
  none.verifier.end('good', 'stale')
  t.equal((await once(none.client, 'close'))[0], 4403)
  t.strictSame(none.frames, [])
  const { verifier, open, heard } = await liveService(t)
  const client = await open(GOOD)
  client.send('{"latchkey":"renew","with":"good"}')
  await once(client, 'message')
  t.strictSame(heard, ['{"latchkey":"renew","with":"good"}'], 'its frames are the app’s')
  verifier.end('good', 'stale')
  t.equal((await once(client, 'close'))[0], 4403)
})

t.test('K14: only the one spelling is the guard’s', async (t) => {
  const renewal = (text: string, isBinary = false) => renewalIn([Buffer.from(text), isBinary])
  t.equal(renewal('{"latchkey":"renew","with":"lkt_AA"}'), 'lkt_AA')
  for (const text of [
    '{"latchkey":"renew","with":""}',
    '{"latchkey":"renew","with":"a","with":"b"}',
    '{"latchkey":"renew","with":"a"} ',
    '{"latchkey":"renew","with":"a b"}',
    '{"latchkey": "renew","with":"a"}',
    '{"latchkey":"renew","with":1}',
    `{"latchkey":"renew","with":"${'a'.repeat(12_000)}"}`,
    'hello',
    '',
  ]) {
    t.equal(renewal(text), undefined, text.slice(0, 50))
  }
  t.equal(renewal('{"latchkey":"renew","with":"a"}', true), undefined, 'a binary frame')
})
