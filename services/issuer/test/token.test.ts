import { createPublicKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import t from 'tap'
import { ISSUER, ORDERS, REPORTS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'
import { ACCESS_TOKEN, tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem, refresh, exchange, codeOf, tokensOf } = tokenRequests(issuer)

t.test('RFC 6749 section 4.1.3: redeeming a code', async (t) => {
  t.test(
    'gives an access token of the RFC 9068 profile with routes, scope and session',
    async (t) => {
      const answer = await redeem(await codeOf())
      t.equal(answer.statusCode, 200)
      t.equal(answer.headers['cache-control'], 'no-store')
      const body = answer.json()
      t.match(body, { token_type: 'Bearer', expires_in: 300, scope: 'openid profile email' })
      t.match(decodeProtectedHeader(body.access_token), {
        alg: 'HS256',
        typ: 'at+jwt',
        kid: String,
      })
      const claims = decodeJwt(body.access_token)
      t.match(claims, {
        iss: ISSUER,
        sub: /^u_/,
        aud: ORDERS,
        client_id: 'orders',
        jti: /^[A-Za-z0-9_-]{22}$/,
        sid: /^s0_/,
        amr: ['pwd'],
        routes: ['GET /orders', 'GET /orders/:id'],
        rev: [0, Number, Number],
      })
      t.equal(Number(claims.exp) - Number(claims.iat), 300)
    },
  )
  t.test('gives an ID token that another library verifies with the published key', async (t) => {
    const { id_token } = await tokensOf()
    const jwks = (await issuer.app.inject('/jwks')).json()
    const header = decodeProtectedHeader(id_token)
    const jwk = jwks.keys.find((key: { kid: string }) => key.kid === header.kid)
    const { payload } = await jwtVerify(id_token, await importJWK(jwk), {
      issuer: ISSUER,
      audience: 'orders',
      algorithms: ['RS256'],
      currentDate: new Date(issuer.now() * 1000),
    })
    t.match(payload, { nonce: 'nonce-1', name: 'Ada', email: 'ada@example.com', sid: /^s0_/ })
    t.equal(payload['auth_time'], issuer.now())
  })
  const mistakes: [string, Record<string, string>, string][] = [
    ['another verifier', { code_verifier: VERIFIER.replace('d', 'e') }, 'orders'],
    ['no verifier', { code_verifier: '' }, 'orders'],
    ['another redirect URI', { redirect_uri: `${ORDERS}/cb?tenant=1` }, 'orders'],
    ['another client', {}, 'reports'],
  ]
  for (const [name, more, clientId] of mistakes) {
    t.test(`attack C11, C13: ${name} is refused`, async (t) => {
      const answer = await redeem(await codeOf(), more, clientId)
      t.equal(answer.statusCode, 400)
      // A client without the grant is told so; everything about the code itself is invalid_grant.
      t.equal(answer.json().error, clientId === 'orders' ? 'invalid_grant' : 'unauthorized_client')
    })
  }
  t.test('attack C10: 50 at once, one of them gets tokens, and the session ends', async (t) => {
    const code = await codeOf()
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(code)))
    const good = answers.filter((answer) => answer.statusCode === 200)
    t.ok(good.length <= 1)
    t.strictSame(
      new Set(
        answers.filter((answer) => answer.statusCode !== 200).map((answer) => answer.json().error),
      ),
      new Set(['invalid_grant']),
    )
    const body = good[0]?.json()
    if (body) t.equal((await refresh(body.refresh_token)).json().error, 'invalid_grant')
  })
  t.test('attack C10: a second redemption, later, ends what the first one gave', async (t) => {
    const code = await codeOf()
    const first = (await redeem(code)).json()
    issuer.advance(30)
    t.equal((await redeem(code)).json().error, 'invalid_grant')
    t.equal((await refresh(first.refresh_token)).json().error, 'invalid_grant')
    const about = await issuer.post('/introspect', { token: first.access_token })
    t.strictSame(about.json(), { active: false })
  })
  t.test('a code is good for 60 seconds', async (t) => {
    const [early, late] = [await codeOf(), await codeOf()]
    issuer.advance(59)
    t.equal((await redeem(early)).statusCode, 200)
    issuer.advance(2)
    t.equal((await redeem(late)).json().error, 'invalid_grant')
  })
  for (const code of [
    'x',
    'c0_x',
    `c0_${'A'.repeat(43)}`,
    `c9_${'A'.repeat(43)}`,
    `s0_${'A'.repeat(22)}`,
  ]) {
    t.test(`attack C12: ${code} is no code`, async (t) => {
      t.equal((await redeem(code)).json().error, 'invalid_grant')
    })
  }
  t.test('resource chooses the audience, and a foreign one is invalid_target', async (t) => {
    const { access_token } = await tokensOf(undefined, { resource: REPORTS })
    t.match(decodeJwt(access_token), { aud: REPORTS, routes: ['GET /reports/*'] })
  })
})

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
  for (const path of ['/token', '/revoke', '/introspect']) {
    t.test(`GET ${path} is 405 and names POST`, async (t) => {
      const answer = await issuer.app.inject(path)
      t.strictSame([answer.statusCode, answer.headers.allow], [405, 'POST'])
    })
  }
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
