import { decodeJwt } from 'jose'
import t from 'tap'
import { jsonApi, refusal } from '../fixtures/json-api.ts'
import { ORDERS, REPORTS, testIssuer } from '../test-issuer.ts'
import { tokenRequests } from '../token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { post, call, obtain, person, tokensOf, sessionsOf } = await jsonApi(issuer)
const verify = (token: string) => call('verify', { token })
const refresh = (refreshToken: string, more: object = {}) =>
  call('refresh', { refresh_token: refreshToken, ...more })
const ISSUED = { sub: 'issuer' }

t.test('verify says what the service would say, and tells what the token says', async (t) => {
  const { access_token } = await tokensOf('ada', { scope: 'profile' })
  const answer = await verify(access_token)
  const { rev: _, ...claims } = decodeJwt(access_token)
  t.strictSame(answer.json(), { active: true, token_type: 'Bearer', ...claims })
  t.equal(answer.headers['cache-control'], 'no-store')
  issuer.advance(299)
  t.equal((await verify(access_token)).statusCode, 200)
  issuer.advance(1)
  t.strictSame(refusal(await verify(access_token)), [401, 'invalid_token'], 'expired')
})

t.test('attack D10: verify and refresh know what has ended, whatever ended it', async (t) => {
  const ends: [name: string, end: (username: string, access: string) => Promise<unknown>][] = [
    [
      'the session',
      async (_, access) => {
        await issuer.end(
          { kind: 'session', sid: String(decodeJwt(access)['sid']) },
          'sign_out',
          ISSUED,
        )
      },
    ],
    [
      'the person',
      async (username) => {
        await issuer.end({ kind: 'user', sub: await issuer.sub(username) }, 'admin', ISSUED)
      },
    ],
    [
      'the client',
      async () => {
        await issuer.end({ kind: 'client', clientId: 'native' }, 'client_disabled', ISSUED)
      },
    ],
    [
      'everything',
      async () => {
        await issuer.end({ kind: 'all' }, 'emergency', ISSUED)
      },
    ],
  ]
  for (const [name, end] of ends) {
    const username = await person()
    const { access_token, refresh_token } = await tokensOf(username)
    t.equal((await verify(access_token)).statusCode, 200, name)
    await end(username, access_token)
    t.strictSame(refusal(await verify(access_token)), [401, 'invalid_token'], name)
    t.strictSame(refusal(await refresh(refresh_token)), [400, 'invalid_grant'], name)
    t.equal((await obtain(username)).statusCode, 200, 'a new sign-in is not ended')
  }
  const { access_token, refresh_token } = await tokensOf('ada')
  await issuer.end({ kind: 'stale', about: await issuer.sub('ada') }, 'permissions_changed', ISSUED)
  const stale = await verify(access_token)
  t.strictSame(refusal(stale), [401, 'invalid_token'])
  t.equal(stale.json().reason, 'stale', 'attack F18: a client that reads it refreshes silently')
  t.equal((await refresh(refresh_token)).statusCode, 200, 'which a refresh cures')
})

t.test('attack D11: each token only in its own place', async (t) => {
  const { access_token, refresh_token, id_token } = await tokensOf('ada', { scope: 'openid' })
  for (const [name, token] of Object.entries({
    refresh_token,
    id_token,
    cut: access_token.slice(1),
  })) {
    t.strictSame(refusal(await verify(token)), [401, 'invalid_token'], name)
  }
  for (const [name, token] of Object.entries({
    access_token,
    id_token,
    cut: refresh_token.slice(1),
  })) {
    t.strictSame(refusal(await refresh(token)), [400, 'invalid_grant'], name)
  }
  for (const path of ['verify', 'revoke', 'refresh']) {
    t.strictSame(refusal(await call(path, {})), [400, 'invalid_request'], path)
  }
  const long = await verify('x'.repeat(8193))
  t.strictSame(refusal(long), [400, 'invalid_request'])
})

t.test('verify tells nobody about tokens that do not concern them', async (t) => {
  const { tokensOf: redirectTokens } = tokenRequests(issuer)
  const { access_token } = await redirectTokens(undefined, { resource: REPORTS })
  t.equal((await verify(access_token)).statusCode, 200, 'for a service of the client')
  await issuer.changeClient('native', { services: [ORDERS] })
  t.strictSame(refusal(await verify(access_token)), [401, 'invalid_token'])
  await issuer.changeClient('native', { services: [ORDERS, REPORTS] })
})

t.test('attacks D9 and G8: refreshing after something changed', async (t) => {
  const changes: [
    name: string,
    change: (username: string) => Promise<unknown>,
    back: (username: string) => Promise<unknown>,
    expected: [number, string],
  ][] = [
    [
      'the person was disabled',
      async (username) => issuer.directory.users.setDisabled(await issuer.sub(username), true),
      async (username) => issuer.directory.users.setDisabled(await issuer.sub(username), false),
      [400, 'invalid_grant'],
    ],
    [
      'the client was disabled',
      () => issuer.directory.clients.setDisabled('native', true),
      () => issuer.directory.clients.setDisabled('native', false),
      [401, 'invalid_client'],
    ],
    [
      'the client was opted out',
      () => issuer.changeClient('native', { tokenApi: false }),
      () => issuer.changeClient('native', { tokenApi: true }),
      [400, 'unauthorized_client'],
    ],
    [
      'the service is no longer the client’s',
      () => issuer.changeClient('native', { services: [REPORTS] }),
      () => issuer.changeClient('native', { services: [ORDERS, REPORTS] }),
      [400, 'invalid_grant'],
    ],
  ]
  for (const [name, change, back, expected] of changes) {
    const username = await person()
    const { refresh_token } = await tokensOf(username)
    await change(username)
    t.strictSame(refusal(await refresh(refresh_token)), expected, name)
    const again = await obtain(username, { resource: ORDERS })
    t.not(again.statusCode, 200, `${name}: nor a new sign-in`)
    await back(username)
    t.equal((await refresh(refresh_token)).statusCode, 200, `${name}: not used up`)
  }
})

t.test('refresh tokens rotate, and one that comes back ends the session', async (t) => {
  const username = await person()
  const { access_token, refresh_token } = await tokensOf(username)
  const next = (await refresh(refresh_token)).json()
  t.equal((await refresh(refresh_token)).json().refresh_token, next.refresh_token, 'a lost answer')
  issuer.advance(11)
  t.strictSame(refusal(await refresh(refresh_token)), [400, 'invalid_grant'])
  t.strictSame(refusal(await refresh(next.refresh_token)), [400, 'invalid_grant'])
  t.strictSame(refusal(await verify(access_token)), [401, 'invalid_token'])
  t.strictSame(await sessionsOf(username), [])
})

t.test('a refresh may ask for less, or for another service of the client', async (t) => {
  const { refresh_token } = await tokensOf('ada', { scope: 'openid profile' })
  const wider = await refresh(refresh_token, { scope: 'openid email' })
  t.strictSame(refusal(wider), [400, 'invalid_scope'])
  const narrow = (await refresh(refresh_token, { scope: 'openid', resource: REPORTS })).json()
  t.equal(narrow.scope, 'openid')
  t.equal(decodeJwt(narrow.access_token)['aud'], REPORTS)
})

t.test('revoking an access token ends it alone, a refresh token the session', async (t) => {
  const username = await person()
  const { access_token, refresh_token } = await tokensOf(username)
  const revoked = await call('revoke', { token: access_token })
  t.strictSame([revoked.statusCode, revoked.json()], [200, {}])
  t.strictSame(refusal(await verify(access_token)), [401, 'invalid_token'])
  const next = (await refresh(refresh_token)).json()
  t.equal((await verify(next.access_token)).statusCode, 200, 'the session lives')
  t.equal((await call('revoke', { token: next.refresh_token })).statusCode, 200)
  t.strictSame(refusal(await verify(next.access_token)), [401, 'invalid_token'])
  t.strictSame(await sessionsOf(username), [])
  t.equal((await call('revoke', { token: 'nothing' })).statusCode, 200, 'RFC 7009 section 2.2')
})

t.test('nobody revokes or refreshes what is another client’s', async (t) => {
  const others = await tokenRequests(issuer).tokensOf()
  for (const token of [others.access_token, others.refresh_token]) {
    t.strictSame(refusal(await call('revoke', { token })), [400, 'invalid_grant'])
  }
  t.strictSame(refusal(await refresh(others.refresh_token)), [400, 'invalid_grant'])
  const introspected = await issuer.post('/introspect', { token: others.access_token })
  t.equal(introspected.json().active, true)
  t.equal((await post('simplejwt/blacklist/', { refresh: others.refresh_token })).statusCode, 401)
  t.equal((await tokenRequests(issuer).refresh(others.refresh_token)).statusCode, 200)
})
