import { StoreUnavailable } from '@latchkey/protocol'
import { decodeJwt } from 'jose'
import t from 'tap'
import { CALLBACK, ISSUER, ORDERS, REPORTS, testIssuer, VERIFIER } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

async function signIn(resource = ORDERS, username = 'ada') {
  const code = (await issuer.browser().signIn(username, { resource })).get('code') ?? ''
  const answer = await issuer.post('/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  return answer.json<{ access_token: string; refresh_token: string; id_token: string }>()
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const introspect = async (token: string, clientId?: string) =>
  (await issuer.post('/introspect', { token }, clientId)).json()
async function operator() {
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  return bearer(answer.json().access_token)
}

t.test('RFC 7009: revocation', async (t) => {
  t.test('an access token is dead afterwards, the session lives', async (t) => {
    const { access_token, refresh_token } = await signIn()
    t.equal((await issuer.post('/revoke', { token: access_token })).statusCode, 200)
    t.strictSame(await introspect(access_token), { active: false })
    t.match(await introspect(refresh_token), { active: true })
  })
  t.test('a refresh token takes its session along', async (t) => {
    const { access_token, refresh_token } = await signIn()
    t.equal(
      (await issuer.post('/revoke', { token: refresh_token, token_type_hint: 'access_token' }))
        .statusCode,
      200,
    )
    t.strictSame(await introspect(access_token), { active: false })
    t.strictSame(await introspect(refresh_token), { active: false })
  })
  t.test('an unknown token is answered like a revoked one', async (t) => {
    const answer = await issuer.post('/revoke', { token: 'whatever' })
    t.strictSame([answer.statusCode, answer.body], [200, ''])
  })
  t.test("another client's token stays alive", async (t) => {
    const { access_token, refresh_token } = await signIn()
    await issuer.post('/revoke', { token: access_token }, 'reports')
    await issuer.post('/revoke', { token: refresh_token }, 'reports')
    t.match(await introspect(access_token), { active: true })
    t.match(await introspect(refresh_token), { active: true })
  })
  t.test('without a client it is refused', async (t) => {
    const answer = await issuer.post('/revoke', { token: 'x' }, 'nobody')
    t.strictSame([answer.statusCode, answer.json().error], [401, 'invalid_client'])
  })
})

t.test('RFC 7662: introspection', async (t) => {
  const { access_token, refresh_token, id_token } = await signIn(REPORTS)
  t.test('for whom it was issued', async (t) => {
    t.match(await introspect(access_token), {
      active: true,
      aud: REPORTS,
      client_id: 'orders',
      token_type: 'Bearer',
    })
  })
  t.test('for the service that it is for', async (t) => {
    t.match(await introspect(access_token, 'reports'), { active: true, sub: /^u_/ })
  })
  t.test('attack D20: nobody else learns anything', async (t) => {
    t.strictSame(await introspect(access_token, 'operator'), { active: false })
    t.strictSame(await introspect(refresh_token, 'reports'), { active: false })
  })
  t.test('attack D20: an operator is a machine that was granted POST /introspect', async (t) => {
    t.match(await introspect(access_token, 'support'), { active: true, aud: REPORTS })
    t.match(await introspect(refresh_token, 'support'), { active: true, client_id: 'orders' })
    t.strictSame(await introspect('x.y.z', 'support'), { active: false })
    const { body } = await issuer.app.inject({
      method: 'POST',
      url: '/introspect',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token: access_token, client_id: 'native' }).toString(),
    })
    t.equal(JSON.parse(body).error, 'invalid_client', 'a public client asks nobody')
  })
  t.test('an ID token is no access token', async (t) => {
    t.strictSame(await introspect(id_token), { active: false })
  })
  t.test('a replaced refresh token is not active', async (t) => {
    await issuer.post('/token', { grant_type: 'refresh_token', refresh_token })
    t.strictSame(await introspect(refresh_token), { active: false })
  })
})

t.test('OpenID Connect Core section 5.3: userinfo', async (t) => {
  const { access_token } = await signIn(ISSUER)
  const get = (headers: Record<string, string>) => issuer.app.inject({ url: '/userinfo', headers })
  t.test('says what the scope opens', async (t) => {
    const answer = await get(bearer(access_token))
    t.strictSame(answer.json(), {
      sub: decodeJwt(access_token).sub,
      name: 'Ada',
      preferred_username: 'ada',
      updated_at: issuer.now(),
      email: 'ada@example.com',
      email_verified: false,
    })
    t.equal(answer.headers['cache-control'], 'no-store')
  })
  t.test('by POST with the token in the form', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/userinfo',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ access_token }).toString(),
    })
    t.equal(answer.json().name, 'Ada')
  })
  t.test('attack D24: a token in the URL is not looked at', async (t) => {
    const answer = await issuer.app.inject(`/userinfo?${new URLSearchParams({ access_token })}`)
    t.equal(answer.statusCode, 401)
  })
  t.test('attack D24: nor one that comes twice', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/userinfo',
      headers: { ...bearer(access_token), 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ access_token }).toString(),
    })
    t.equal(answer.statusCode, 400)
  })
  t.test('no token: a challenge without an error', async (t) => {
    const answer = await get({})
    t.strictSame(
      [answer.statusCode, answer.headers['www-authenticate']],
      [401, 'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256 EdDSA Ed25519 PS256"'],
    )
  })
  const refused: [string, () => Promise<string>][] = [
    ['a token for a service', async () => (await signIn(ORDERS)).access_token],
    ['an ID token', async () => (await signIn()).id_token],
    ['a machine token', async () => (await operator()).authorization.slice(7)],
    ['garbage', async () => 'x.y.z'],
  ]
  for (const [name, tokenOf] of refused) {
    t.test(`${name} is invalid_token`, async (t) => {
      const answer = await get(bearer(await tokenOf()))
      t.strictSame(
        [answer.statusCode, answer.headers['www-authenticate']],
        [401, 'Bearer realm="latchkey", error="invalid_token"'],
      )
    })
  }
})

t.test('attacks D10 and D11: what was ended, or is no access token, opens nothing', async (t) => {
  const { access_token, refresh_token } = await signIn(ISSUER)
  const admin = await operator()
  const opens = async (token: string) => [
    (await issuer.app.inject({ url: '/userinfo', headers: bearer(token) })).statusCode,
    (await issuer.app.inject({ url: '/admin/v1/users', headers: bearer(token) })).statusCode,
    (await introspect(token)).active,
  ]
  t.strictSame(await opens(access_token), [200, 403, true])
  t.strictSame(await opens(refresh_token), [401, 401, true], 'a refresh token is no access token')
  const sid = String(decodeJwt(access_token)['sid'])
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  t.strictSame(await opens(access_token), [401, 401, false])
  const token = admin.authorization.slice(7)
  t.equal((await issuer.app.inject({ url: '/admin/v1/users', headers: admin })).statusCode, 200)
  const { jti = '', sub = '', exp = 0 } = decodeJwt(token)
  await issuer.end({ kind: 'token', jti, sub, exp }, 'token_revoked', { sub: 'issuer' })
  t.strictSame(await opens(token), [401, 401, false], 'a machine token too')
})

t.test('the admin API is closed by its own tokens', async (t) => {
  const get = (url: string, headers: Record<string, string>) => issuer.app.inject({ url, headers })
  t.test('attack H1: who may not, and why', async (t) => {
    const cases: [string, Record<string, string>, number][] = [
      ['no token', {}, 401],
      ['a token for a service', bearer((await signIn(ORDERS)).access_token), 401],
      ['a person without the right', bearer((await signIn(ISSUER)).access_token), 403],
      ['the right machine', await operator(), 200],
    ]
    for (const [name, headers, status] of cases) {
      t.equal((await get('/admin/v1/users', headers)).statusCode, status, name)
    }
  })
  t.test('sessions are listed without their cookie, and one is ended', async (t) => {
    const { access_token } = await signIn()
    const { sub, sid } = decodeJwt(access_token) as { sub: string; sid: string }
    const admin = await operator()
    const listed = await get(`/admin/v1/users/${sub}/sessions`, admin)
    const mine = listed.json().sessions.find((one: { sid: string }) => one.sid === sid)
    t.match(mine, { sid, sub, clients: ['orders'] })
    t.notMatch(listed.body, 'andle')
    const ended = await issuer.app.inject({
      method: 'POST',
      url: '/admin/v1/ends',
      headers: admin,
      payload: { target: { kind: 'session', sid } },
    })
    t.equal(ended.statusCode, 200)
    t.match(ended.json(), { ended: true, entries: [{ kind: 'session', offset: Number }] })
    t.strictSame(await introspect(access_token), { active: false })
    const [record] = await issuer.directory.audit.list({ limit: 1, action: 'end' })
    t.match(record, { actor: { sub: 'svc:operator' }, reason: 'admin', target: `session ${sid}` })
  })
  t.test('everything of a user is ended at once, and a new sign-in works', async (t) => {
    const [one, two] = [await signIn(), await signIn(REPORTS)]
    const sub = decodeJwt(one.access_token).sub
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/admin/v1/ends',
      headers: await operator(),
      payload: { target: { kind: 'user', sub } },
    })
    t.match(answer.json(), { ended: true })
    t.strictSame(await introspect(one.access_token), { active: false })
    t.strictSame(await introspect(two.refresh_token), { active: false })
    t.match(await introspect((await signIn()).access_token), { active: true })
  })
  t.test('users: added, found, given a password, disabled and enabled', async (t) => {
    const headers = await operator()
    const send = (method: 'POST' | 'PUT', url: string, payload?: object) =>
      issuer.app.inject({ method, url, headers, ...(payload && { payload }) })
    const created = await send('POST', '/admin/v1/users', {
      username: 'carol',
      password: 'carol-carol',
    })
    t.equal(created.statusCode, 201)
    const { sub } = created.json()
    t.notMatch(created.body, /password(?!":false)/)
    t.equal((await send('POST', '/admin/v1/users', { username: 'Carol' })).statusCode, 409)
    t.equal((await get('/admin/v1/users?search=car', headers)).json().users.length, 1)
    t.equal(
      (await send('PUT', `/admin/v1/users/${sub}/password`, { password: 'carol-carol-carol' }))
        .statusCode,
      204,
    )
    const { access_token } = await signIn(ORDERS, 'carol')
    t.equal((await send('POST', `/admin/v1/users/${sub}/disable`)).statusCode, 204)
    t.strictSame(await introspect(access_token), { active: false })
    t.equal((await issuer.browser().signIn('carol')).get('code'), null)
    t.equal((await send('POST', `/admin/v1/users/${sub}/enable`)).statusCode, 204)
    t.match((await issuer.browser().signIn('carol')).get('code'), /^c0_/)
  })
  t.test('bad input is told with its code', async (t) => {
    const headers = await operator()
    const cases: [object | string, number][] = [
      [{ target: { kind: 'session', sid: 'x' } }, 400],
      [{ target: { kind: 'all' } }, 400],
      [{ target: { kind: 'user', sub: 'u_01ARZ3NDEKTSV4RRFFQ69G5FAV' } }, 404],
      [{ target: { kind: 'session', sid: `s0_${'A'.repeat(22)}`, more: 1 } }, 400],
      ['{"__proto__":{}}', 400],
      ['{', 400],
    ]
    for (const [payload, status] of cases) {
      const json = { ...headers, 'content-type': 'application/json' }
      const answer = await issuer.app.inject({
        method: 'POST',
        url: '/admin/v1/ends',
        headers: json,
        payload,
      })
      t.equal(answer.statusCode, status, JSON.stringify(payload))
      t.notMatch(answer.body, ' at ')
    }
  })
  t.test(
    'a session that nobody knows is ended for tokens that may live, and says so',
    async (t) => {
      const { sid } = decodeJwt((await signIn()).access_token)
      const unknown = `s0_${'A'.repeat(22)}`
      const ask = async (path: string, of: unknown) => {
        const url = `/admin/v1/ends${path}`
        const payload = { target: { kind: 'session', sid: of } }
        const headers = await operator()
        return (await issuer.app.inject({ method: 'POST', url, headers, payload })).json()
      }
      t.match(await ask('/preview', sid), { known: true, sessions: 1 })
      t.match(await ask('/preview', unknown), { known: false, sessions: 0 })
      const { position } = await issuer.store.log.head(0)
      const answer = await ask('', unknown)
      t.match(answer, { ended: true, known: false, entries: [{ kind: 'session' }] })
      const { entries } = await issuer.store.log.read(0, position.offset, 9)
      t.match(entries, [{ k: 'session', v: unknown, o: answer.entries[0].offset }])
      const [record] = await issuer.directory.audit.list({ limit: 1, action: 'end' })
      t.match(record, { target: `session ${unknown}` })
      const elsewhere = await ask('', unknown.replace('s0', 's7'))
      t.match(
        elsewhere,
        { ended: false, known: false, entries: [] },
        'no log of this store is about it',
      )
    },
  )
})

t.test('while the store is away nothing is granted and nothing is half done', async (t) => {
  const { refresh_token } = await signIn()
  const away = async () => {
    throw new StoreUnavailable('store')
  }
  const { families, sessions, log } = issuer.store
  const kept = { redeem: families.redeem, find: sessions.find, end: log.end, peek: families.peek }
  Object.assign(families, { redeem: away, peek: away })
  Object.assign(sessions, { find: away })
  Object.assign(log, { end: away })
  const browser = issuer.browser()
  browser.cookies.set('__Host-latchkey-session', `s0_${'A'.repeat(22)}.${'A'.repeat(43)}`)
  const answers = {
    refresh: await issuer.post('/token', { grant_type: 'refresh_token', refresh_token }),
    'D21: revoke': await issuer.post('/revoke', { token: refresh_token }),
    page: await browser.get('/'),
  }
  for (const [name, answer] of Object.entries(answers)) {
    t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '1'], name)
  }
  t.equal(browser.cookies.has('__Host-latchkey-session'), true, 'cookies stay')
  Object.assign(families, kept)
  Object.assign(sessions, kept)
  Object.assign(log, kept)
  t.equal(
    (await issuer.post('/token', { grant_type: 'refresh_token', refresh_token })).statusCode,
    200,
  )
})
