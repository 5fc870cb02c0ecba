import cookie from '@fastify/cookie'
import type { RefusalReason } from '@latchkey/verifier'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { latchkey, type SessionSource } from '../src/index.ts'
import { FORM, GOOD, REALM } from './fixtures/bearer-rows.ts'
import { fakeVerifier, SERVICE } from './fixtures/fake-verifier.ts'
import { guardedApp } from './fixtures/guarded-app.ts'
import { orders } from './fixtures/orders.ts'

/** A session whose cookie holds the token itself, and which notes what it was asked. */
function cookieSession(fresh?: string): SessionSource & { asked: string[]; redirects: boolean } {
  const session = {
    asked: [] as string[],
    redirects: false,
    accessToken: (request: { cookies: { [name: string]: string | undefined } }) =>
      request.cookies['token'],
    async renew(_request: unknown, _reply: unknown, reason: RefusalReason) {
      session.asked.push(`renew ${reason}`)
      return fresh
    },
    challenge(_request: unknown, reply: { redirect(to: string): unknown }, why: string) {
      session.asked.push(why)
      if (session.redirects) reply.redirect('/sign-in')
      return session.redirects
    },
  }
  return session
}

const COOKIE = { cookie: 'token=good' }

t.test('a token from the session', async (t) => {
  const session = cookieSession()
  const { app, verifier } = await guardedApp(t, orders, { session })
  verifier.grant('good', ['GET /orders'])
  verifier.grant('other', [])
  const ask = (headers: Record<string, string>, url = '/orders') => app.inject({ url, headers })

  t.strictSame((await ask(COOKIE)).json(), { sub: 'u_ada' })
  t.equal((await ask({ cookie: 'token=other' })).statusCode, 403)
  t.equal(
    (await ask({ ...COOKIE, authorization: 'Bearer other' })).statusCode,
    403,
    'what the request carries itself comes first',
  )
  t.equal((await ask({ cookie: 'token=other', ...GOOD })).statusCode, 200)
  t.equal(
    (await ask({ ...COOKIE, authorization: 'Basic eDp5' })).statusCode,
    200,
    'other schemes do not stand in its way',
  )
  t.strictSame((await ask(COOKIE, '/hello')).json(), { sub: 'u_ada' })
  t.strictSame(session.asked, [], 'nobody was sent away')

  const signedOut = await ask({})
  t.equal(signedOut.statusCode, 401)
  t.equal(signedOut.headers['www-authenticate'], REALM)
  t.strictSame(session.asked.splice(0), ['signed_out'])
  session.redirects = true
  const redirected = await ask({})
  t.equal(redirected.statusCode, 302)
  t.equal(redirected.headers.location, '/sign-in')
  t.strictSame((await ask({}, '/hello')).json(), { sub: null }, 'a public route sends nobody away')
})

t.test('a refused session token', async (t) => {
  const rows: [reason: RefusalReason, asked: string[]][] = [
    ['expired', ['renew expired']],
    ['stale', ['renew stale']],
    ['key_ended', ['renew key_ended']],
    ['token_ended', ['renew token_ended']],
    ['service_ended', ['renew service_ended']],
    ['unknown_kid', ['renew unknown_kid']],
    ['session_ended', ['ended']],
    ['user_ended', ['ended']],
    ['client_ended', ['ended']],
    ['all_ended', ['ended']],
    ['bad_signature', ['ended']],
  ]
  for (const [reason, asked] of rows) {
    const session = cookieSession('fresh')
    const { app, verifier } = await guardedApp(t, orders, { session })
    verifier.end('good', reason)
    verifier.grant('fresh', ['GET /orders'])
    const answer = await app.inject({ url: '/orders', headers: COOKIE })
    t.equal(answer.statusCode, asked[0] === 'ended' ? 401 : 200, reason)
    t.strictSame(session.asked, asked, `${reason}: is renewed only when that can help, and once`)
  }

  await t.test('that cannot be renewed is an ended session', async (t) => {
    for (const fresh of [undefined, 'expired too']) {
      const session = cookieSession(fresh)
      const { app, verifier } = await guardedApp(t, orders, { session })
      verifier.end('good', 'expired')
      verifier.end('expired too', 'expired')
      const answer = await app.inject({ url: '/orders', headers: COOKIE })
      t.equal(answer.statusCode, 401)
      t.match(answer.headers['www-authenticate'], /error="invalid_token"/)
      t.strictSame(session.asked, ['renew expired', 'ended'])
    }
  })
  await t.test('whose successor lacks the right is refused like any other', async (t) => {
    const session = cookieSession('fresh')
    const { app, verifier } = await guardedApp(t, orders, { session })
    verifier.end('good', 'stale')
    verifier.grant('fresh', [])
    t.equal((await app.inject({ url: '/orders', headers: COOKIE })).statusCode, 403)
    t.strictSame(session.asked, ['renew stale'])
  })
})

t.test('a session source that fails lets nobody in and signs nobody out', async (t) => {
  const broken = async () => {
    throw new Error('issuer at 10.0.0.7 is down')
  }
  for (const part of ['accessToken', 'renew', 'challenge'] as const) {
    const session = { ...cookieSession(), [part]: broken }
    const { app, verifier } = await guardedApp(t, orders, { session })
    verifier.end('good', part === 'challenge' ? 'session_ended' : 'expired')
    const answer = await app.inject({ url: '/orders', headers: COOKIE })
    t.equal(answer.statusCode, 503, part)
    t.equal(answer.headers['retry-after'], '1')
    t.notMatch(answer.body, '10.0.0.7')
  }
  const { app, verifier } = await guardedApp(t, orders, { session: cookieSession('fresh') })
  verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 3 })
  const answer = await app.inject({ url: '/orders', headers: COOKIE })
  t.equal(answer.statusCode, 503, 'no lease')
})

interface OriginRow {
  name: string
  headers: Record<string, string>
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  status: number
}

const ORIGINS: OriginRow[] = [
  { name: 'own origin', headers: { origin: SERVICE }, status: 200 },
  {
    name: 'own origin, marked by the browser',
    headers: { origin: SERVICE, 'sec-fetch-site': 'same-origin' },
    status: 200,
  },
  {
    name: 'no origin, marked by the browser',
    headers: { 'sec-fetch-site': 'same-origin' },
    status: 200,
  },
  {
    name: 'own form of a page without referrer',
    headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
    status: 200,
  },
  { name: 'neither', headers: {}, status: 403 },
  { name: 'null alone', headers: { origin: 'null' }, status: 403 },
  {
    name: 'a sandboxed frame',
    headers: { origin: 'null', 'sec-fetch-site': 'cross-site' },
    status: 403,
  },
  {
    name: 'another site',
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    status: 403,
  },
  {
    name: 'another site in an old browser',
    headers: { origin: 'https://evil.example' },
    status: 403,
  },
  {
    name: 'a neighbour',
    headers: { origin: 'http://b.localhost:4001', 'sec-fetch-site': 'same-site' },
    status: 403,
  },
  { name: 'marked as same site only', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
  { name: 'typed by the person', headers: { 'sec-fetch-site': 'none' }, status: 403 },
  { name: 'the mark in capitals', headers: { 'sec-fetch-site': 'Same-Origin' }, status: 403 },
  { name: 'K3 upper case', headers: { origin: SERVICE.toUpperCase() }, status: 403 },
  { name: 'K3 another port', headers: { origin: 'http://a.localhost:4002' }, status: 403 },
  { name: 'K3 no port', headers: { origin: 'http://a.localhost' }, status: 403 },
  { name: 'K3 another scheme', headers: { origin: 'https://a.localhost:4001' }, status: 403 },
  { name: 'K3 a longer name', headers: { origin: `${SERVICE}.evil.example` }, status: 403 },
  { name: 'K3 a trailing slash', headers: { origin: `${SERVICE}/` }, status: 403 },
  { name: 'K3 empty', headers: { origin: '' }, status: 403 },
  { name: 'two origins', headers: { origin: `${SERVICE}, https://evil.example` }, status: 403 },
  {
    name: 'PUT from another site',
    method: 'PUT',
    headers: { origin: 'https://evil.example' },
    status: 403,
  },
  { name: 'DELETE without an origin', method: 'DELETE', headers: {}, status: 403 },
  {
    name: 'GET from another site (a link)',
    method: 'GET',
    headers: { 'sec-fetch-site': 'cross-site' },
    status: 200,
  },
  { name: 'HEAD without an origin', method: 'HEAD', headers: {}, status: 200 },
]

/** One route for every method of the table. */
function anything(app: FastifyInstance): void {
  app.all('/orders', async (request) => ({ sub: request.caller?.sub }))
}

t.test('E3: what changes something with a cookie has to come from the own origin', async (t) => {
  const { app, verifier } = await guardedApp(t, anything, { session: cookieSession() })
  verifier.grant('good', ['* /orders'])
  for (const { name, method = 'POST', headers, status } of ORIGINS) {
    const answer = await app.inject({ method, url: '/orders', headers: { ...COOKIE, ...headers } })
    t.equal(answer.statusCode, status, name)
    if (status !== 403) continue
    t.equal(answer.json().error, 'cross_origin')
    const explicit = await app.inject({ method, url: '/orders', headers: { ...GOOD, ...headers } })
    t.equal(explicit.statusCode, 200, `${name}: a token in the header is nobody's by accident`)
  }
  const signedOut = await app.inject({ method: 'POST', url: '/orders' })
  t.equal(signedOut.statusCode, 401, 'without a session there is nothing to abuse')
})

t.test(
  'E3: forms and plain text from other sites are refused before anything is parsed',
  async (t) => {
    let parsed = 0
    const { app, verifier } = await guardedApp(
      t,
      (app) => {
        anything(app)
        app.addHook('preParsing', async () => void parsed++)
      },
      { session: cookieSession() },
    )
    verifier.grant('good', ['* /orders'])
    for (const type of [FORM['content-type'], 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { ...COOKIE, origin: 'https://evil.example', 'content-type': type }
      const answer = await app.inject({
        method: 'POST',
        url: '/orders',
        headers,
        payload: '{"amount":1}',
      })
      t.equal(answer.statusCode, 403, type)
    }
    t.equal(parsed, 0)
  },
)

t.test('a cookie from another site does not identify anybody on a public route', async (t) => {
  const { app, verifier } = await guardedApp(
    t,
    (app) => {
      app.post(
        '/hello',
        { config: { public: true, latchkey: { identify: true } } },
        async (request) => ({
          sub: request.caller?.sub ?? null,
        }),
      )
    },
    { session: cookieSession() },
  )
  verifier.grant('good', [])
  const ask = (origin: string) =>
    app.inject({ method: 'POST', url: '/hello', headers: { ...COOKIE, origin } })
  t.strictSame((await ask(SERVICE)).json(), { sub: 'u_ada' })
  t.strictSame((await ask('https://evil.example')).json(), { sub: null })
})

t.test(
  'the origins are the ones that were given, otherwise the audience of the service',
  async (t) => {
    const origins = ['https://app.example.com', 'http://localhost:5173']
    const { app, verifier } = await guardedApp(t, anything, { session: cookieSession(), origins })
    verifier.grant('good', ['* /orders'])
    for (const [origin, status] of [
      [origins[0], 200],
      [origins[1], 200],
      [SERVICE, 403],
    ] as const) {
      const answer = await app.inject({
        method: 'POST',
        url: '/orders',
        headers: { ...COOKIE, origin: String(origin) },
      })
      t.equal(answer.statusCode, status, String(origin))
    }
    for (const origin of [
      'https://app.example.com/',
      'HTTPS://app.example.com',
      'https://app.example.com:443',
      'app.example.com',
      '*',
      'null',
      '',
    ]) {
      await t.rejects(
        guardedApp(t, anything, { origins: [origin] }),
        { code: 'origin' },
        JSON.stringify(origin),
      )
    }
    const nameless = Fastify()
    t.teardown(() => nameless.close())
    const named = fakeVerifier('urn:example:orders')
    await nameless.register(cookie)
    await nameless.register(latchkey, { verifier: named, session: cookieSession() })
    anything(nameless)
    named.grant('good', ['* /orders'])
    for (const [headers, status] of [
      [{ origin: 'null' }, 403],
      [{ 'sec-fetch-site': 'same-origin' }, 200],
    ] as const) {
      const answer = await nameless.inject({
        method: 'POST',
        url: '/orders',
        headers: { ...COOKIE, ...headers },
      })
      t.equal(answer.statusCode, status, 'an audience that is no address has no origin')
    }
  },
)
