import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import t from 'tap'
import {
  AUTHORIZE,
  CALLBACK,
  ISSUER,
  ORDERS,
  REPORTS,
  SECRET,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

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
  t.test(
    'attack C11: nobody but its client redeems a code, and it stays good for that one',
    async (t) => {
      const code = await codeOf()
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      }
      const send = (more: Record<string, string>) =>
        issuer.app.inject({
          method: 'POST',
          url: '/token',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({ ...form, ...more }).toString(),
        })
      const publicClient = await send({ client_id: 'native' })
      const confidential = await send({ client_id: 'foreign', client_secret: SECRET })
      const altered = await redeem(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)
      for (const answer of [publicClient, confidential, altered]) {
        t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_grant'])
      }
      t.equal((await send({ client_id: 'orders' })).json().error, 'invalid_client')
      t.equal((await redeem(code)).statusCode, 200)
    },
  )
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
  t.test(
    'attack C12: no other secret of the same session is a code, nor a code one of them',
    async (t) => {
      const browser = issuer.browser()
      const tokens = await tokensOf(browser)
      const claims = decodeJwt(tokens.access_token)
      const cookie = browser.cookies.get('__Host-latchkey-session') ?? ''
      const { request_uri } = (await issuer.post('/par', AUTHORIZE)).json()
      const pushed = [request_uri, request_uri.split(':').at(-1)]
      const kept = [...browser.cookies.values(), ...cookie.split('.'), ...pushed]
      const others = [...kept, ...Object.values(tokens)]
      for (const value of [...others, claims.jti, claims['sid'], claims.sub].map(String)) {
        for (const text of [value, `c0_${value}`.slice(0, 46)]) {
          // What is far too long for a code is refused as a request.
          const expected = text.length > 512 ? 'invalid_request' : 'invalid_grant'
          t.equal((await redeem(text)).json().error, expected)
        }
      }
      const code = await codeOf(browser)
      t.equal((await refresh(code)).json().error, 'invalid_grant')
      t.equal((await exchange(code)).json().error, 'invalid_request')
      for (const requestUri of [code, `urn:ietf:params:oauth:request_uri:${code.slice(3)}`]) {
        const query = new URLSearchParams({ client_id: 'orders', request_uri: requestUri })
        t.equal((await browser.get(`/authorize?${query}`)).statusCode, 400, 'nor a push')
      }
      browser.cookies.set('__Host-latchkey-session', `${claims['sid']}.${code.slice(3)}`)
      t.notMatch((await browser.get('/')).body, 'Ada', 'nor a cookie')
    },
  )
  t.test('resource chooses the audience, and a foreign one is invalid_target', async (t) => {
    const { access_token } = await tokensOf(undefined, { resource: REPORTS })
    t.match(decodeJwt(access_token), { aud: REPORTS, routes: ['GET /reports/*'] })
    const later = await redeem(await codeOf(), { resource: REPORTS })
    t.match(decodeJwt(later.json().access_token), { aud: REPORTS })
    const foreign = await redeem(await codeOf(), { resource: 'https://evil.example' })
    t.equal(foreign.json().error, 'invalid_target')
  })
  t.test('section 5.1: a scope is at least one word, or is left out', async (t) => {
    const body = (await redeem(await codeOf(undefined, { scope: 'unknown' }))).json()
    t.strictSame([body.scope, body.id_token], [undefined, undefined])
  })
})
