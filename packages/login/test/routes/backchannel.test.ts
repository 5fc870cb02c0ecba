import { createHmac } from 'node:crypto'
import {
  errors,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import t from 'tap'
import { type EndedSession, endedSessions } from '../../src/ended-sessions.ts'
import { expiringMap } from '../../src/expiring-map.ts'
import { verifyLogoutToken } from '../../src/logout-token.ts'
import { testClock, type World, world } from '../app.ts'
import { CLIENT, without } from '../fake-issuer.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
let lastJti = 0

function good(w: World): JWTPayload {
  const iat = Math.floor(w.clock.nowMs() / 1000)
  const jti = `jti-${++lastJti}`
  const facts = { iss: w.issuer.issuer, aud: CLIENT.id, iat, exp: iat + 120, jti }
  return { ...facts, sid: 's0_first', sub: 'u_ada', events: { [EVENT]: {} } }
}

function send(w: World, token: string) {
  return w
    .newBrowser()
    .post('/login/backchannel', {}, new URLSearchParams({ logout_token: token }).toString())
}

t.test(
  'Back-Channel Logout 1.0 section 2.7: a good logout token ends the session in this process',
  async (t) => {
    const told: EndedSession[] = []
    const w = await world(t, { onEnded: (ended) => void told.push(ended) })
    await w.browser.signIn()
    w.issuer.ways.sid = 's0_second'
    const other = w.newBrowser()
    await other.signIn()

    const answer = await send(w, await w.issuer.logoutToken(good(w)))
    t.equal(answer.statusCode, 200)
    t.equal(answer.body, '')
    t.equal(answer.headers['cache-control'], 'no-store')
    t.strictSame(told, [{ sid: 's0_first', sub: 'u_ada' }])

    t.strictSame((await w.browser.visit('/')).json(), {}, 'nobody on public pages')
    t.equal((await w.browser.call('/orders')).statusCode, 401)
    t.strictSame([...w.browser.jar.keys()], [], 'the cookie goes')
    t.equal((await other.visit('/orders')).statusCode, 200, 'another session of the person stays')

    t.test(
      'section 2.4: with a person alone all of their sessions end, but not the next one',
      async (t) => {
        const token = await w.issuer.logoutToken(without(good(w), 'sid'))
        t.equal((await send(w, token)).statusCode, 200)
        t.equal((await other.visit('/orders')).statusCode, 303)
        w.clock.advance(1)
        await other.signIn()
        t.equal((await other.visit('/orders')).statusCode, 200)
        w.issuer.ways.sub = 'u_bob'
        const bob = w.newBrowser()
        await bob.signIn()
        t.equal((await bob.visit('/orders')).statusCode, 200)
      },
    )

    t.test('sessions that somebody ends soon after each sign-in are no circle', async (t) => {
      const browser = w.newBrowser()
      let answer = await browser.visit('/orders')
      for (const sid of ['s0_one', 's0_two', 's0_three']) {
        w.issuer.ways.sid = sid
        await browser.throughIssuer(answer)
        w.clock.advance(1)
        await send(w, await w.issuer.logoutToken({ ...good(w), sid }))
        answer = await browser.visit('/orders')
        t.equal(answer.statusCode, 303, sid)
      }
    })

    t.test('a session that ends while a response is made is not given out with it', async (t) => {
      w.issuer.ways.sid = 's0_slow'
      const browser = w.newBrowser()
      await browser.signIn()
      w.clock.advance(250)
      let finish = () => {}
      w.slow.gate = new Promise((resolve) => {
        finish = resolve
      })
      const requests = w.issuer.tokenRequests.length
      const response = browser.visit('/slow')
      while (w.issuer.tokenRequests.length === requests) await new Promise(setImmediate)
      t.equal(
        (await send(w, await w.issuer.logoutToken({ ...good(w), sid: 's0_slow' }))).statusCode,
        200,
      )
      finish()
      await response
      t.strictSame([...browser.jar.keys()], [])
    })
  },
)

t.test('attack E9: a logout token that fails one check is refused, and nothing ends', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  const foreign = await generateKeyPair('RS256')
  const change = (facts: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
    w.issuer.logoutToken({ ...good(w), ...facts }, header)
  const drop = (member: keyof JWTPayload & string) => w.issuer.logoutToken(without(good(w), member))
  const now = Math.floor(w.clock.nowMs() / 1000)
  const valid = await w.issuer.logoutToken(good(w))
  const [head = '', body = '', signature = ''] = valid.split('.')
  const part = (facts: object) => Buffer.from(JSON.stringify(facts)).toString('base64url')
  const jwk = await exportJWK(foreign.publicKey)
  const forged = (header: JWTHeaderParameters) =>
    new SignJWT(good(w)).setProtectedHeader(header).sign(foreign.privateKey)

  const cases: readonly [string, string][] = [
    ['no JWT', 'nonsense'],
    ['empty', ''],
    ['alg none', `${part({ alg: 'none', typ: 'logout+jwt' })}.${body}.`],
    [
      'alg NONE with the signature',
      `${part({ alg: 'NONE', typ: 'logout+jwt' })}.${body}.${signature}`,
    ],
    [
      'HS256 with the public key',
      hs256(part({ alg: 'HS256', kid: 'k1', typ: 'logout+jwt' }), body),
    ],
    ['no signature', `${head}.${body}.`],
    ['a changed payload', `${head}.${part({ ...good(w), sid: 's0_other' })}.${signature}`],
    ['a foreign key under our kid', await forged({ alg: 'RS256', kid: 'k1', typ: 'logout+jwt' })],
    ['a foreign key in the header', await forged({ alg: 'RS256', jwk, typ: 'logout+jwt' })],
    ['an unknown kid', await forged({ alg: 'RS256', kid: 'k9', typ: 'logout+jwt' })],
    ['typ of an ID token', await change({}, { typ: 'JWT' })],
    ['typ of an access token', await change({}, { typ: 'at+jwt' })],
    ['no typ', await change({}, { typ: undefined } as unknown as JWTHeaderParameters)],
    ['typ in other letters', await change({}, { typ: 'Logout+JWT' })],
    ['another issuer', await change({ iss: 'http://evil.localhost' })],
    ['no issuer', await drop('iss')],
    ['another audience', await change({ aud: 'reports' })],
    ['a second audience', await change({ aud: [CLIENT.id, 'reports'] })],
    ['no audience', await drop('aud')],
    ['issued more than two minutes ago', await change({ iat: now - 130, exp: now + 60 })],
    ['issued in the future', await change({ iat: now + 60 })],
    ['no iat', await drop('iat')],
    ['a fraction as iat', await change({ iat: now - 0.5 })],
    ['expired', await change({ iat: now - 60, exp: now - 10 })],
    ['no exp', await drop('exp')],
    ['an exp that is no number', await change({ exp: '9999999999' as unknown as number })],
    ['an endless exp', await change({ exp: 1e308 })],
    ['a nonce: it is an ID token', await change({ nonce: 'n' })],
    ['a nonce of null', await change({ nonce: null })],
    ['no events', await drop('events')],
    ['an empty events', await change({ events: {} })],
    ['two events', await change({ events: { [EVENT]: {}, 'urn:other': {} } })],
    ['another event', await change({ events: { 'urn:other': {} } })],
    ['an event that is no object', await change({ events: { [EVENT]: true } })],
    ['a list of events', await change({ events: [EVENT] })],
    ['no jti', await drop('jti')],
    ['a jti that is no text', await change({ jti: 7 as unknown as string })],
    ['an empty jti', await change({ jti: '' })],
    ['neither sid nor sub', await w.issuer.logoutToken(without(without(good(w), 'sid'), 'sub'))],
    ['a sid that is no text', await change({ sid: 7 })],
    ['a sub that is no text', await change({ sub: ['u_ada'] as unknown as string })],
    ['a sid of 257 characters', await change({ sid: 's'.repeat(257) })],
    ['more than 8,192 characters', await change({ more: 'x'.repeat(8192) })],
  ]
  for (const [name, token] of cases) {
    const answer = await send(w, token)
    t.equal(answer.statusCode, 400, name)
    t.strictSame(answer.json(), { error: 'invalid_request' }, `${name}: no reason on the wire`)
    t.equal(answer.headers['cache-control'], 'no-store')
  }

  t.test('requests that are no such form', async (t) => {
    const browser = w.newBrowser()
    const path = '/login/backchannel'
    const form = new URLSearchParams({ logout_token: valid }).toString()
    t.equal((await browser.post(path, {}, 'other=1')).statusCode, 400)
    t.equal((await browser.post(path)).statusCode, 400, 'an empty body')
    t.equal((await browser.post(path, {}, `${form}&${form}`)).statusCode, 400, 'two tokens')
    const json = { 'content-type': 'application/json' }
    t.equal(
      (await browser.post(path, json, JSON.stringify({ logout_token: valid }))).statusCode,
      415,
    )
    t.equal((await browser.post(path, {}, 'x'.repeat(16_385))).statusCode, 413)
    t.equal((await browser.call(`${path}?${form}`)).statusCode, 401, 'GET is no route')
  })

  t.equal((await w.browser.visit('/orders')).statusCode, 200, 'the session lives')

  t.test('a token counts once; refused ones do not use up its jti', async (t) => {
    const claims = good(w)
    t.equal((await send(w, await w.issuer.logoutToken({ ...claims, nonce: 'n' }))).statusCode, 400)
    const token = await w.issuer.logoutToken(claims)
    t.equal((await send(w, token)).statusCode, 200)
    t.equal((await send(w, token)).statusCode, 400)
    w.clock.advance(119)
    t.equal((await send(w, token)).statusCode, 400)
    t.match(w.log(), /"reason":"replayed"/)
    t.notOk(w.log().includes(token.split('.')[2] ?? '?'), 'tokens are not logged')
  })
})

t.test(
  'RFC 8725 section 3.1: only the algorithms of ID tokens, whatever the key could do',
  async (t) => {
    const facts = { issuer: 'http://sso.localhost', clientId: CLIENT.id, nowMs: Date.now() }
    const iat = Math.floor(facts.nowMs / 1000)
    const claims = {
      iss: facts.issuer,
      aud: CLIENT.id,
      iat,
      exp: iat + 60,
      jti: 'j',
      sid: 's0_first',
    }
    type Key = Parameters<SignJWT['sign']>[0]
    const verify = async (alg: string, key: Key, publicKey: Key = key) => {
      const token = new SignJWT({ ...claims, events: { [EVENT]: {} } })
      const signed = await token.setProtectedHeader({ alg, typ: 'logout+jwt' }).sign(key)
      const keys = async () => publicKey as Uint8Array
      return verifyLogoutToken(signed, { ...facts, keys })
    }
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(alg)
      const valid = { kind: 'valid', ended: { sid: 's0_first' }, jti: 'j' }
      t.match(await verify(alg, privateKey, publicKey), valid, alg)
    }
    const refused = { kind: 'invalid', reason: 'err_jose_alg_not_allowed' }
    t.strictSame(await verify('HS256', new Uint8Array(32)), refused)
    t.strictSame(await verify('HS512', new Uint8Array(64)), refused)
  },
)

t.test(
  'a logout that cannot be checked is 503 and not 400, so that the issuer tries again',
  async (t) => {
    const w = await world(t)
    const token = await w.issuer.logoutToken(good(w))
    await w.issuer.shut()
    const answer = await send(w, token)
    t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '2'])
    t.match(w.log(), /"reason":"keys_unavailable"/)
    await w.issuer.open()
    w.clock.advance(2)
    t.equal((await send(w, token)).statusCode, 200)
  },
)

t.test('so is one whose keys do not come, but not one whose key is unknown', async (t) => {
  const facts = { issuer: 'https://sso.example', clientId: 'shop', nowMs: 0 }
  const header = Buffer.from('{"alg":"RS256","typ":"logout+jwt"}').toString('base64url')
  const rows: [Error, string][] = [
    [new errors.JWKSTimeout(), 'unavailable'],
    [
      new errors.JOSEError('Expected 200 OK from the JSON Web Key Set HTTP response'),
      'unavailable',
    ],
    [new TypeError('fetch failed'), 'unavailable'],
    [new errors.JWKSNoMatchingKey(), 'invalid'],
    [new errors.JWKSMultipleMatchingKeys(), 'invalid'],
  ]
  for (const [error, kind] of rows) {
    const keys = () => Promise.reject(error)
    const outcome = await verifyLogoutToken(`${header}.e30.AA`, { ...facts, keys })
    t.equal(outcome.kind, kind, error.message)
  }
})

t.test('a failing onEnded is logged and changes nothing', async (t) => {
  const w = await world(t, { onEnded: () => Promise.reject(new Error('the app is tired')) })
  await w.browser.signIn()
  t.equal((await send(w, await w.issuer.logoutToken(good(w)))).statusCode, 200)
  t.equal((await w.browser.call('/orders')).statusCode, 401)
  t.match(w.log(), 'the app is tired')
})

t.test('ended sessions are remembered as long as a cookie could live, and no longer', (t) => {
  const clock = testClock()
  const ended = endedSessions(clock, 100)
  const person = { sub: 'u_ada', name: 'Ada', sid: 's0_first' }
  const now = Math.floor(clock.nowMs() / 1000)
  const session = { person, signedInAt: now } as Parameters<typeof ended.covers>[0]
  t.equal(ended.covers(session), false)
  ended.add({ sid: 's0_first', sub: undefined })
  t.equal(ended.covers(session), true)
  clock.advance(98)
  t.equal(ended.covers(session), true)
  clock.advance(3)
  t.equal(ended.covers(session), false)

  for (let i = 0; i < 50_001; i++) ended.add({ sid: `s0_${i}`, sub: undefined })
  const of = (sid: string) => ({ ...session, person: { ...person, sid } })
  t.equal(ended.covers(of('s0_0')), false, 'the oldest makes room')
  t.equal(ended.covers(of('s0_1')), true)
  t.end()
})

t.test('what is over makes room without being asked for', (t) => {
  const map = expiringMap<string>(10)
  map.set('a', 'x', 5, 0)
  map.set('b', 'x', 9, 0)
  t.equal(map.get('a', 4), 'x')
  t.equal(map.get('a', 5), undefined)
  map.set('c', 'x', 9, 5)
  t.equal(map.size, 2)
  map.set('b', 'y', 20, 6)
  t.equal(map.get('b', 10), 'y', 'what is set again lives anew')
  t.end()
})

function hs256(head: string, body: string): string {
  const signature = createHmac('sha256', 'public').update(`${head}.${body}`).digest('base64url')
  return `${head}.${body}.${signature}`
}
