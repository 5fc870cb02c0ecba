import { createPublicKey } from 'node:crypto'
import { decodeJwt } from 'jose'
import t from 'tap'
import { ORDERS, REPORTS, SECRET, testIssuer } from './test-issuer.ts'
import { ACCESS_TOKEN, tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { exchange, tokensOf } = tokenRequests(issuer)

t.test('RFC 6749 section 4.4: client credentials', async (t) => {
  t.test('a machine is svc:<client_id>, has its own grants and no refresh token', async (t) => {
    const answer = await issuer.post('/token', {
      grant_type: 'client_credentials',
      resource: REPORTS,
    })
    const body = answer.json()
    t.equal(body.refresh_token, undefined)
    t.equal(body.id_token, undefined)
    t.match(decodeJwt(body.access_token), {
      sub: 'svc:orders',
      aud: REPORTS,
      routes: ['GET /reports/daily'],
      sid: undefined,
    })
  })
  t.test('attack D15: a public client has no credentials', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials&client_id=native',
    })
    t.equal(answer.json().error, 'unauthorized_client')
  })
  t.test('attack D15: a disabled client is refused', async (t) => {
    await issuer.directory.clients.setDisabled('reports', true)
    const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'reports')
    t.strictSame([answer.statusCode, answer.json().error], [401, 'invalid_client'])
    t.match(answer.headers['www-authenticate'], /^Basic realm=/)
    await issuer.directory.clients.setDisabled('reports', false)
  })
})

t.test('RFC 8693: token exchange', async (t) => {
  t.test(
    'the person stays the subject, the caller becomes the actor, the session stays',
    async (t) => {
      const { access_token } = await tokensOf()
      issuer.advance(200)
      const answer = await exchange(access_token, { resource: REPORTS })
      t.equal(answer.statusCode, 200)
      const body = answer.json()
      t.match(body, { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 100 })
      const [before, after] = [decodeJwt(access_token), decodeJwt(body.access_token)]
      t.match(after, {
        sub: before.sub,
        sid: before['sid'],
        aud: REPORTS,
        act: { sub: 'svc:orders' },
        routes: ['GET /reports/*'],
      })
      t.equal(after.exp, before.exp, 'it does not outlive what it was made from')
    },
  )
  const own = (await tokensOf()).access_token
  const id = (await tokensOf()).id_token
  const machine = (
    await issuer.post('/token', { grant_type: 'client_credentials', resource: ORDERS }, 'reports')
  ).json()
  const cases: [string, () => ReturnType<typeof exchange>, string][] = [
    ['D12: no subject token', () => exchange(''), 'invalid_request'],
    [
      'D12: no subject token type',
      () => exchange(own, { subject_token_type: '' }),
      'invalid_request',
    ],
    [
      'D12: another type',
      () => exchange(own, { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }),
      'invalid_request',
    ],
    ['D13: an ID token', () => exchange(id), 'invalid_request'],
    ['D13: garbage', () => exchange('x.y.z'), 'invalid_request'],
    [
      'D14: a service that the token was not for',
      () => exchange(own, { resource: ORDERS }, 'reports'),
      'invalid_request',
    ],
    [
      'D14: an audience that is not allowed',
      () => exchange(own, { resource: 'https://evil.example' }),
      'invalid_target',
    ],
    [
      'D14: two audiences',
      () => exchange(own, { resource: REPORTS, audience: ORDERS }),
      'invalid_target',
    ],
    ['a machine token', () => exchange(machine.access_token), 'invalid_request'],
    [
      'an actor token',
      () => exchange(own, { actor_token: own, actor_token_type: ACCESS_TOKEN }),
      'invalid_request',
    ],
  ]
  for (const [name, attempt, code] of cases) {
    t.test(`attack ${name} is refused`, async (t) => {
      const answer = await attempt()
      t.strictSame([answer.statusCode, answer.json().error], [400, code])
    })
  }
  t.test('attack D13: of an ended session nothing is exchanged', async (t) => {
    const { access_token } = await tokensOf()
    const sid = String(decodeJwt(access_token)['sid'])
    await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
    t.equal((await exchange(access_token, { resource: REPORTS })).json().error, 'invalid_request')
  })
  t.test('attack D13: an expired token is not exchanged', async (t) => {
    const { access_token } = await tokensOf()
    issuer.advance(300)
    t.equal((await exchange(access_token, { resource: REPORTS })).json().error, 'invalid_request')
  })
})

t.test('RFC 6749 section 5.2: what goes wrong at the token endpoint', async (t) => {
  const basic = `Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`
  const form = 'application/x-www-form-urlencoded'
  const cases: [string, Record<string, string>, string, number, string][] = [
    [
      'an unknown grant type',
      { 'content-type': form, authorization: basic },
      'grant_type=password',
      400,
      'unsupported_grant_type',
    ],
    [
      'no grant type',
      { 'content-type': form, authorization: basic },
      'x=1',
      400,
      'invalid_request',
    ],
    [
      'JSON',
      { 'content-type': 'application/json', authorization: basic },
      '{}',
      415,
      'invalid_request',
    ],
    [
      'a repeated parameter',
      { 'content-type': form, authorization: basic },
      'grant_type=a&grant_type=b',
      400,
      'invalid_request',
    ],
    ['no client', { 'content-type': form }, 'grant_type=client_credentials', 401, 'invalid_client'],
    [
      'a body that is too large',
      { 'content-type': form, authorization: basic },
      `a=${'x'.repeat(70_000)}`,
      413,
      'invalid_request',
    ],
  ]
  for (const [name, headers, payload, status, code] of cases) {
    t.test(`${name} is ${status} ${code}, never cached`, async (t) => {
      const answer = await issuer.app.inject({ method: 'POST', url: '/token', headers, payload })
      t.strictSame([answer.statusCode, answer.json().error], [status, code])
      t.equal(answer.headers['cache-control'], 'no-store')
      t.match(answer.headers['content-type'], 'application/json')
    })
  }
  t.test('a POST without a body is a form without fields', async (t) => {
    const cases: [url: string, status: number, told?: string][] = [
      ['/token', 401, 'invalid_client'],
      ['/revoke', 401, 'invalid_client'],
      ['/introspect', 401, 'invalid_client'],
      ['/sign-in', 400, 'text/html'],
      ['/authorize', 303],
      ['/logout', 303, ''],
      ['/logout/confirm', 200, 'text/html'],
      ['/userinfo', 401],
    ]
    for (const [url, status, told] of cases) {
      const answer = await issuer.app.inject({ method: 'POST', url })
      t.equal(answer.statusCode, status, url)
      if (told) t.match(`${answer.headers['content-type']} ${answer.body}`, told)
    }
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { authorization: basic },
    })
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_request'])
  })
  t.test(
    'attacks D1 and D2: what is wrong with the authentication is told by its code',
    async (t) => {
      const send = (authorization: string, payload: string) =>
        issuer.app.inject({
          method: 'POST',
          url: '/token',
          headers: { 'content-type': form, authorization },
          payload: `grant_type=client_credentials&${payload}`,
        })
      const cases: [string, string, string, number, string][] = [
        ['two methods at once', basic, `client_secret=${SECRET}`, 400, 'invalid_request'],
        ['another client in the body', basic, 'client_id=reports', 400, 'invalid_request'],
        ['base64 that is none', 'Basic ***', '', 401, 'invalid_client'],
        ['percent-encoding that is none', 'Basic JXo6JQ==', '', 401, 'invalid_client'],
        ['another scheme', `Bearer ${SECRET}`, '', 401, 'invalid_client'],
        ['an assertion', basic, 'client_assertion=x', 401, 'invalid_client'],
      ]
      for (const [name, authorization, payload, status, code] of cases) {
        const answer = await send(authorization, payload)
        t.strictSame([answer.statusCode, answer.json().error], [status, code], name)
        t.equal(answer.headers['www-authenticate'] !== undefined, status === 401)
      }
    },
  )
  t.test('attack D1: a secret in the query is not looked at', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: `/token?client_id=orders&client_secret=${SECRET}`,
      headers: { 'content-type': form },
      payload: 'grant_type=client_credentials',
    })
    t.equal(answer.json().error, 'invalid_client')
  })
})

t.test('attack L7: the key set holds public keys only', async (t) => {
  const { keys } = (await issuer.app.inject('/jwks')).json()
  t.strictSame(keys.map((key: { alg: string }) => key.alg).sort(), ['ES256', 'EdDSA', 'RS256'])
  for (const key of keys) {
    t.notMatch(Object.keys(key), ['d'])
    t.not(key.kty, 'oct')
    t.equal(createPublicKey({ key, format: 'jwk' }).type, 'public')
  }
})
