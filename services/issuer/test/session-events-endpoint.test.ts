/** GET /session/events and POST /session/ticket: docs/protocol/session-events.md. */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SessionMessage } from '@latchkey/protocol'
import t from 'tap'
import { WebSocket } from 'ws'
import { ISSUER, ORDERS, type TestIssuer, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const SUBPROTOCOL = 'latchkey.session.v1'

t.test('at the issuer', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  await issuer.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = issuer.app.server.address() as AddressInfo
  const requests = tokenRequests(issuer)
  const dial = (ticket: string, origin: string | undefined, protocols = [SUBPROTOCOL]) =>
    new WebSocket(
      `ws://127.0.0.1:${port}/session/events`,
      [...protocols, `latchkey.ticket.${ticket}`],
      { headers: origin === undefined ? {} : { origin } },
    )
  const open = async (ticket: string) => {
    const client = dial(ticket, ORDERS)
    t.teardown(() => client.terminate())
    const messages: SessionMessage[] = []
    client.on('message', (data) => messages.push(JSON.parse(String(data))))
    await once(client, 'message')
    return { client, messages }
  }
  const refused = async (...args: Parameters<typeof dial>) => {
    const client = dial(...args)
    client.on('error', () => {})
    const [, response] = await once(client, 'unexpected-response')
    response.resume()
    return response.statusCode as number
  }
  const ticketFor = async (token: string, clientId = 'orders') => {
    const answer = await issuer.post('/session/ticket', { token }, clientId)
    return answer.statusCode === 200 ? answer.json().ticket : answer.json().error
  }
  const poll = (ticket: string, origin: string | undefined = ORDERS, wait = 0) =>
    issuer.app.inject({
      url: `/session/events?wait=${wait}`,
      headers: { authorization: `Ticket ${ticket}`, ...(origin && { origin }) },
    })
  const shared = { t, issuer, requests, ticketFor, open, refused, poll, dial }

  t.test('an app gets a ticket for a token of its own, whichever kind', async (t) => {
    const tokens = await requests.tokensOf()
    for (const token of [tokens.refresh_token, tokens.access_token]) {
      const answer = await issuer.post('/session/ticket', { token })
      t.match(answer.json(), { expires_in: 30, events_endpoint: `${ISSUER}/session/events` })
      t.match(answer.json().ticket, /^[A-Za-z0-9_-]{43}$/)
    }
    const again = await requests.refresh(tokens.refresh_token)
    t.equal(again.statusCode, 200, 'the refresh token was looked at and not redeemed')
  })

  t.test('nobody else gets one', async (t) => {
    const tokens = await requests.tokensOf()
    const machine = await issuer.post('/token', {
      ...{ grant_type: 'client_credentials', resource: 'http://b.localhost:4002' },
    })
    for (const [name, token, clientId, error] of [
      ['refresh token of another client', tokens.refresh_token, 'reports', 'invalid_grant'],
      ['access token of another client', tokens.access_token, 'reports', 'invalid_grant'],
      ['a machine has no session', machine.json().access_token, 'orders', 'invalid_grant'],
      ['ID token', tokens.id_token, 'orders', 'invalid_grant'],
      ['garbage', 'x', 'orders', 'invalid_grant'],
      ['unknown client', tokens.refresh_token, 'nobody', 'invalid_client'],
    ] as const) {
      t.equal(await ticketFor(token, clientId), error, name)
    }
    await endSessions(shared)
    t.equal(await ticketFor(tokens.refresh_token), 'invalid_grant', 'the session has ended')
    t.equal(await ticketFor(tokens.access_token), 'invalid_grant', 'the session has ended')
  })

  t.test('a page hears within one turn of the log why its session has ended', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const { client, messages } = await open(await ticketFor(refresh_token))
    t.equal(client.protocol, SUBPROTOCOL, 'the ticket is not chosen')
    t.match(messages, [{ t: 'state', expires_at: issuer.now() + 3600 }])
    const closed = once(client, 'close')
    await endSessions(shared)
    const [code, reason] = await closed
    t.strictSame(messages[1], { t: 'ended', reason: 'admin' })
    t.strictSame([code, String(reason)], [4401, 'session ended: admin'])
  })

  t.test('K4: a ticket is good once, for 30 seconds, on an upgrade or a poll', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const used = await ticketFor(refresh_token)
    await open(used)
    t.equal(await refused(used, ORDERS), 401, 'used')
    t.equal((await poll(used)).statusCode, 401, 'used')
    const [first, second] = [await ticketFor(refresh_token), await ticketFor(refresh_token)]
    issuer.advance(29)
    await open(first)
    issuer.advance(1)
    t.equal(await refused(second, ORDERS), 401, 'too old')
    const raced = await ticketFor(refresh_token)
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(raced)))
    t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1, '20 at once')
  })

  t.test('K1: who shows no ticket hears nothing', async (t) => {
    t.equal(await refused('', ORDERS), 401)
    t.equal(await refused('A'.repeat(43), ORDERS), 401)
    t.equal(await refused('A'.repeat(5000), ORDERS), 401)
    const { refresh_token, access_token } = await requests.tokensOf()
    t.equal(await refused(access_token, ORDERS), 401, 'a token is no ticket')
    const ticket = await ticketFor(refresh_token)
    t.equal(await refused(ticket, ORDERS, ['latchkey.feed.v1']), 400, 'another subprotocol')
    t.equal(await refused(ticket, ORDERS, []), 400, 'no subprotocol')
    await open(ticket)
    for (const headers of [{}, { authorization: `Bearer ${access_token}` }]) {
      const answer = await issuer.app.inject({ url: '/session/events', headers })
      t.equal(answer.statusCode, 401)
    }
  })

  t.test('K2 and K3: only pages of the client, by their exact origin', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    for (const origin of [
      undefined,
      'null',
      'https://evil.example',
      'https://foreign.example',
      ORDERS.toUpperCase(),
      `${ORDERS}/`,
      `${ORDERS}.evil.example`,
      'http://a.localhost',
      'https://a.localhost:4001',
    ]) {
      const ticket = await ticketFor(refresh_token)
      t.equal(await refused(ticket, origin), 400, `socket of ${origin}`)
      const polled = await poll(await ticketFor(refresh_token), origin ?? '')
      t.equal(polled.statusCode, 400, `poll of ${origin}`)
      t.equal(polled.json().error, 'access_denied')
    }
  })

  t.test('a poll misses nothing: its answer holds the ticket of the next one', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const first = await poll(await ticketFor(refresh_token))
    t.match(first.json(), { messages: [{ t: 'state' }], expires_in: 180 })
    t.equal(first.headers['access-control-allow-origin'], ORDERS)
    const preflight = (origin: string) =>
      issuer.app.inject({
        ...{ method: 'OPTIONS', url: '/session/events' },
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const allowed = await preflight(ORDERS)
    t.match(allowed.headers['access-control-allow-headers'], /authorization/)
    t.equal(allowed.headers['access-control-allow-origin'], ORDERS)
    t.notOk((await preflight('https://evil.example')).headers['access-control-allow-origin'])
    t.equal(first.headers['cache-control'], 'no-store')
    await issuer.end(
      { kind: 'stale', about: await issuer.sub('ada') },
      'permissions_changed',
      ACTOR,
    )
    const second = await poll(first.json().ticket)
    t.match(second.json().messages, [{ t: 'state' }, { t: 'changed' }])
    const third = await poll(second.json().ticket)
    t.match(third.json().messages, [{ t: 'state' }])
    t.equal(third.json().messages.length, 1, 'told once')
    await endSessions(shared)
    const last = await poll(third.json().ticket)
    t.strictSame(last.json(), { messages: [{ t: 'ended', reason: 'admin' }] })
  })

  t.test('a long poll is answered when there is something to tell', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const { ticket: next } = (await poll(await ticketFor(refresh_token))).json()
    const answer = fetch(`http://127.0.0.1:${port}/session/events?wait=25`, {
      headers: { authorization: `Ticket ${next}`, origin: ORDERS },
    })
    const sub = await issuer.sub('ada')
    // Whether it comes before or after the poll has begun makes no difference.
    await issuer.end({ kind: 'stale', about: sub }, 'permissions_changed', ACTOR)
    t.match(await (await answer).json(), { messages: [{ t: 'state' }, { t: 'changed' }] })
    const ticket = await ticketFor(refresh_token)
    t.equal((await poll(ticket, ORDERS, 26)).statusCode, 400)
  })

  t.test('a disabled client’s pages are told, and come back to nothing', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const ticket = await ticketFor(refresh_token)
    const { client, messages } = await open(await ticketFor(refresh_token))
    await issuer.changeClient('orders', { disabled: true })
    const closed = once(client, 'close')
    await issuer.end({ kind: 'client', clientId: 'orders' }, 'client_disabled', ACTOR)
    await closed
    t.strictSame(messages.at(-1), { t: 'ended', reason: 'client_disabled' })
    t.equal(await refused(ticket, ORDERS), 401)
    await issuer.changeClient('orders', { disabled: false })
  })

  t.test('K18: nothing is said about others', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const { client, messages } = await open(await ticketFor(refresh_token))
    await issuer.browser().signIn('bob')
    await issuer.end({ kind: 'user', sub: await issuer.sub('bob') }, 'admin', ACTOR)
    const closed = once(client, 'close')
    await endSessions(shared)
    await closed
    t.strictSame(
      messages.map((message) => message.t),
      ['state', 'ended'],
    )
  })

  t.test('K13: a giant frame costs a connection', async (t) => {
    const { refresh_token } = await requests.tokensOf()
    const { client } = await open(await ticketFor(refresh_token))
    client.on('error', () => {})
    client.send(Buffer.alloc(1_000_000))
    const [code] = await once(client, 'close')
    t.equal(code, 1006)
  })

  t.test('K15: headers of an upgrade have a limit, and one ticket each', async (t) => {
    const upgrade = (protocols: string) =>
      new Promise<number>((resolve) => {
        const request = httpRequest({
          ...{ host: '127.0.0.1', port, path: '/session/events' },
          headers: {
            ...{ connection: 'upgrade', upgrade: 'websocket', origin: ORDERS },
            'sec-websocket-version': '13',
            'sec-websocket-key': Buffer.alloc(16).toString('base64'),
            'sec-websocket-protocol': protocols,
          },
        })
        request.on('response', (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        request.on('upgrade', (_, socket) => {
          socket.destroy()
          resolve(101)
        })
        // Cut off without an answer.
        request.on('error', () => resolve(0))
        request.end()
      })
    const { refresh_token } = await requests.tokensOf()
    const ticket = async () => `latchkey.ticket.${await ticketFor(refresh_token)}`
    t.equal(await upgrade(`${SUBPROTOCOL}, x${'x'.repeat(17_000)}, ${await ticket()}`), 431)
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}`).join(', ')
    t.equal(await upgrade(`${SUBPROTOCOL}, ${await ticket()}, ${await ticket()}`), 400)
    t.not(await upgrade(`${SUBPROTOCOL}, ${SUBPROTOCOL}, ${await ticket()}`), 101, 'twice')
    t.equal(await upgrade(`${SUBPROTOCOL}, ${many}, ${await ticket()}`), 101)
  })

  t.test('when the issuer stops, pages are told to come back', async (t) => {
    const own = await testIssuer()
    await own.app.listen({ host: '127.0.0.1', port: 0 })
    const tokens = await tokenRequests(own).tokensOf()
    const answer = await own.post('/session/ticket', { token: tokens.refresh_token })
    const address = own.app.server.address() as AddressInfo
    const client = new WebSocket(
      `ws://127.0.0.1:${address.port}/session/events`,
      [SUBPROTOCOL, `latchkey.ticket.${answer.json().ticket}`],
      { headers: { origin: ORDERS } },
    )
    await once(client, 'message')
    const closed = once(client, 'close')
    await own.close()
    t.not((await closed)[0], 4401, 'its session lives')
  })
})

const ACTOR = { sub: 'svc:test' }

async function endSessions({ issuer }: { issuer: TestIssuer }): Promise<void> {
  await issuer.end({ kind: 'user', sub: await issuer.sub('ada') }, 'admin', ACTOR)
}
