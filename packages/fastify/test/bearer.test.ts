import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { readFormAhead } from '../src/form-token.ts'
import { bearerRows, FORM, INVALID_TOKEN_CHALLENGE, REALM } from './fixtures/bearer-rows.ts'
import { SERVICE } from './fixtures/fake-verifier.ts'
import { guardedApp, listen } from './fixtures/guarded-app.ts'
import { orders } from './fixtures/orders.ts'
import { rawRequest, statusOf } from './fixtures/raw-request.ts'

const INVALID_TOKEN = {
  error: 'invalid_token',
  error_description: 'The access token is not accepted',
}

t.test('RFC 6750 sections 2 and 3: ways to send a token, and what is answered', async (t) => {
  const { app, verifier } = await guardedApp(t, orders)
  verifier.grant('good', ['GET /orders', 'POST /orders', 'GET /feed'])
  verifier.grant('other', ['GET /invoices'])
  verifier.end('expired', 'expired')
  verifier.end('ended', 'session_ended')
  verifier.end('stale', 'stale')
  for (const { name, request, status, challenge } of bearerRows) {
    await t.test(name, async (t) => {
      const answer = await app.inject(request)
      const header = answer.headers['www-authenticate']
      t.equal(answer.statusCode, status)
      if (challenge?.endsWith('="')) t.ok(String(header).startsWith(challenge), String(header))
      else t.equal(header, challenge)
      if (status === 200) {
        t.equal(answer.json().sub, 'u_ada')
      } else {
        t.equal(
          answer.headers['cache-control'],
          new URL(request.url as string, SERVICE).pathname === '/feed'
            ? 'private, no-store'
            : 'no-store',
        )
        t.notMatch(answer.body, /good|bad/, 'the answer does not repeat the token')
      }
      if (challenge === REALM) t.equal(answer.body, '', 'no error for a request that did not try')
    })
  }
})

t.test('every reason to refuse a token but stale has the same answer', async (t) => {
  const { app, verifier } = await guardedApp(t, orders)
  const answers = new Set<string>()
  for (const reason of [
    'bad_signature',
    'expired',
    'wrong_audience',
    'user_ended',
    'key_ended',
    'unknown_kid',
  ] as const) {
    verifier.end(reason, reason)
    const { statusCode, headers, body } = await app.inject({
      url: '/orders',
      headers: { authorization: `Bearer ${reason}` },
    })
    answers.add(JSON.stringify([statusCode, headers['www-authenticate'], body]))
  }
  t.strictSame(
    [...answers],
    [JSON.stringify([401, INVALID_TOKEN_CHALLENGE, JSON.stringify(INVALID_TOKEN)])],
  )
  verifier.end('stale', 'stale')
  const stale = await app.inject({ url: '/orders', headers: { authorization: 'Bearer stale' } })
  t.strictSame(stale.json(), { ...INVALID_TOKEN, reason: 'stale' })
})

t.test('a repeated Authorization header is refused, whichever comes first', async (t) => {
  const { app, verifier } = await guardedApp(t, orders)
  verifier.grant('good', ['GET /orders'])
  const port = await listen(app)
  for (const [first, second] of [
    ['Bearer good', 'Bearer good'],
    ['Bearer good', 'Basic eDp5'],
    ['Bearer good', 'Bearer bad'],
  ]) {
    const answer = await rawRequest(
      port,
      `GET /orders HTTP/1.1\nHost: a\nAuthorization: ${first}\nauthorization: ${second}\nConnection: close\n\n`,
    )
    t.equal(statusOf(answer), 400, `${first} then ${second}`)
  }
  const once = await rawRequest(
    port,
    'GET /orders HTTP/1.1\nHost: a\nAuthorization: Bearer good\nConnection: close\n\n',
  )
  t.equal(statusOf(once), 200)
})

t.test('a form that carries the token', async (t) => {
  const seen: string[] = []
  const { app, verifier } = await guardedApp(
    t,
    (app) => {
      app.addHook(
        'onRequest',
        async (request) => void seen.push(`onRequest ${request.caller?.sub}`),
      )
      app.addHook(
        'preParsing',
        async (request) => void seen.push(`preParsing ${request.caller?.sub}`),
      )
      orders(app)
      const strict = {
        type: 'object',
        properties: { n: { type: 'string' } },
        additionalProperties: false,
      }
      app.post('/strict', { schema: { body: strict } }, async (request) => request.body)
    },
    { server: { ajv: { customOptions: { removeAdditional: false } } } },
  )
  verifier.grant('good', ['POST /orders', 'POST /strict'])

  await t.test('is decided about before any hook of the app', async (t) => {
    await app.inject({
      method: 'POST',
      url: '/orders',
      headers: FORM,
      payload: 'access_token=good',
    })
    t.strictSame(seen.splice(0), ['onRequest u_ada', 'preParsing u_ada'])
    await app.inject({ method: 'POST', url: '/orders', headers: FORM, payload: 'access_token=bad' })
    t.strictSame(seen.splice(0), [], 'no hook runs for a refused caller')
  })
  await t.test('reaches schema and handler without it', async (t) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/strict',
      headers: FORM,
      payload: 'access_token=good&n=1',
    })
    t.equal(answer.statusCode, 200)
    t.strictSame(answer.json(), { n: '1' })
  })
  await t.test('is taken out of forms only', async (t) => {
    const headers = { authorization: 'Bearer good' }
    const payload = { access_token: 'of something else' }
    const answer = await app.inject({ method: 'POST', url: '/orders', headers, payload })
    t.strictSame(answer.json().body, payload)
  })
  await t.test('may come in pieces', async (t) => {
    const port = await listen(app)
    const body = `n=${'1'.repeat(3000)}&access_token=good`
    const head = `POST /orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    const answer = text(socket)
    socket.write(head)
    for (const piece of body.match(/.{1,700}/g) ?? []) {
      // Each piece leaves in a turn of its own, so that the server reads them one by one.
      await new Promise((resolve) => socket.write(piece, resolve))
    }
    t.match(await answer, /^HTTP\/1\.1 200 /)
  })
  await t.test('is given up when its sender leaves', async (t) => {
    const raw = new Readable({ read() {} }) as IncomingMessage
    const form = readFormAhead(raw, 17)
    raw.push('access_token=')
    raw.destroy()
    t.equal(await form, undefined)
    t.equal(await readFormAhead(raw, 17), undefined, 'also when it has left before')
  })
  await t.test('follows another one on the same connection', async (t) => {
    const { port } = app.server.address() as { port: number }
    const request = (more: string) =>
      `POST /orders HTTP/1.1\nHost: a\n${more}Content-Type: application/x-www-form-urlencoded\nContent-Length: 17\n\naccess_token=good`
    const answers = await rawRequest(port, request('') + request('Connection: close\n'))
    t.strictSame(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200'])
  })
})

t.test('a token in the URL stays out of caches, referrers and logs', async (t) => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const { app, verifier } = await guardedApp(t, orders, {
    server: { logger: { level: 'info', stream } },
  })
  verifier.grant('good', ['GET /feed'])
  for (const name of ['access_token', 'access%5Ftoken', '%61ccess_token']) {
    const answer = await app.inject({ url: `/feed?a=1&${name}=good&b=2` })
    t.equal(answer.statusCode, 200, name)
    t.equal(answer.headers['cache-control'], 'private, no-store')
    t.equal(answer.headers['referrer-policy'], 'no-referrer')
  }
  t.match(lines.join(''), /"url":"\/feed\?a=1&access_token=REDACTED&b=2"/)
  t.notMatch(lines.join(''), /=good/)
})
