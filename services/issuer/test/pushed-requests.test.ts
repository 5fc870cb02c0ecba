import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import t from 'tap'
import {
  AUTHORIZE,
  answerOf,
  CALLBACK,
  hiddenFields,
  ISSUER,
  type TestBrowser,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem } = tokenRequests(issuer)

const push = (form: Record<string, string> = {}, clientId?: string) =>
  issuer.post('/par', { ...AUTHORIZE, ...form }, clientId)

async function pushed(form: Record<string, string> = {}): Promise<string> {
  const answer = await push(form)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json().request_uri
}

const authorizeUrl = (query: Record<string, string>) =>
  `/authorize?${new URLSearchParams(query).toString()}`

const open = (browser: TestBrowser, requestUri: string, more: Record<string, string> = {}) =>
  browser.get(authorizeUrl({ client_id: 'orders', request_uri: requestUri, ...more }))

async function signedIn(): Promise<TestBrowser> {
  const browser = issuer.browser()
  await browser.signIn('ada')
  return browser
}

t.test('RFC 9126: pushed authorization requests', async (t) => {
  t.test('a push is answered with 201, a URN, its life, and is kept by nobody', async (t) => {
    const answer = await push()
    t.equal(answer.statusCode, 201)
    t.match(answer.json(), {
      request_uri: /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/,
      expires_in: 300,
    })
    t.equal(answer.headers['cache-control'], 'no-cache, no-store')
    t.not((await push()).json().request_uri, answer.json().request_uri)
  })

  t.test('a push gives a code for what was pushed, not for what stands beside it', async (t) => {
    const browser = await signedIn()
    const uri = await pushed({ state: 'pushed-state', scope: 'openid' })
    const answer = answerOf(await open(browser, uri, { state: 'other', scope: 'openid email' }))
    t.equal(answer.get('state'), 'pushed-state')
    t.equal(answer.get('iss'), ISSUER)
    const tokens = (await redeem(answer.get('code') ?? '')).json()
    t.equal(tokens.scope, 'openid')
  })

  t.test('it may be opened again until its sign-in is complete, and not after that', async (t) => {
    const browser = issuer.browser()
    const uri = await pushed()
    for (let visit = 0; visit < 3; visit++) {
      t.equal((await open(browser, uri)).statusCode, 200)
    }
    const form = hiddenFields((await open(browser, uri)).body)
    const person = { username: 'ada', password: 'ada-ada-ada' }
    const done = answerOf(await browser.submit('/sign-in', { ...form, ...person }))
    t.ok(done.get('code'))
    t.equal((await open(browser, uri)).statusCode, 400)
  })

  t.test('50 browsers that complete it at once get one code', async (t) => {
    const browser = await signedIn()
    const uri = await pushed()
    const answers = await Promise.all(Array.from({ length: 50 }, () => open(browser, uri)))
    const codes = answers.filter((answer) => answerOf(answer).has('code'))
    t.equal(codes.length, 1)
  })

  t.test('attack C24: of another client, expired, unknown, or named twice', async (t) => {
    const browser = await signedIn()
    const uri = await pushed()
    const foreign = await browser.get(authorizeUrl({ client_id: 'native', request_uri: uri }))
    t.equal(foreign.statusCode, 400)
    t.equal(foreign.headers.location, undefined)
    const unknown = `${uri.slice(0, -4)}AAAA`
    t.equal((await open(browser, unknown)).statusCode, 400)
    t.equal((await open(browser, uri, { request: 'x.y.z' })).statusCode, 400)
    const beside = await open(browser, unknown, { redirect_uri: CALLBACK, state: 'kept' })
    t.equal(answerOf(beside).get('error'), 'invalid_request_uri')
    t.equal(answerOf(beside).get('state'), 'kept')
    issuer.advance(300)
    t.equal((await open(browser, uri)).statusCode, 400)
  })

  t.test('what the authorization endpoint would refuse is refused when it is pushed', async (t) => {
    const cases: [string, Record<string, string>, number, string][] = [
      ['a request_uri', { request_uri: await pushed() }, 400, 'invalid_request'],
      ['another address', { redirect_uri: 'https://evil.example/' }, 400, 'invalid_request'],
      ['an implicit flow', { response_type: 'token' }, 400, 'unsupported_response_type'],
      ['plain', { code_challenge_method: 'plain' }, 400, 'invalid_request'],
      ['a foreign resource', { resource: 'https://evil.example' }, 400, 'invalid_target'],
      ['prompt=none with others', { prompt: 'none login' }, 400, 'invalid_request'],
      ['a broken request object', { request: 'x' }, 400, 'invalid_request_object'],
    ]
    for (const [name, form, status, error] of cases) {
      const answer = await push(form)
      t.strictSame([answer.statusCode, answer.json().error], [status, error], name)
      t.equal(answer.headers.location, undefined)
    }
    const wrong = await issuer.app.inject({
      method: 'POST',
      url: '/par',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...AUTHORIZE, client_secret: 'wrong'.repeat(8) }).toString(),
    })
    t.strictSame([wrong.statusCode, wrong.json().error], [401, 'invalid_client'])
  })

  t.test('a client that must push gets nothing otherwise, and hears of it', async (t) => {
    await issuer.changeClient('orders', { requirePushedRequests: true })
    const browser = await signedInByPush()
    const direct = answerOf(await browser.get(authorizeUrl(AUTHORIZE)))
    t.strictSame([direct.get('error'), direct.get('code')], ['invalid_request', null])
    await issuer.changeClient('orders', { requirePushedRequests: false })
  })

  async function signedInByPush(): Promise<TestBrowser> {
    const browser = issuer.browser()
    const form = hiddenFields((await open(browser, await pushed())).body)
    await browser.submit('/sign-in', { ...form, username: 'ada', password: 'ada-ada-ada' })
    return browser
  }
})

t.test('RFC 9101: signed requests by value', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const other = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  await issuer.changeClient('orders', { jwks: { keys: [jwk] } })
  t.teardown(() => issuer.changeClient('orders', { requireSignedRequests: false }))
  const now = () => issuer.now()

  async function signed(
    change: JWTPayload = {},
    header: Record<string, unknown> = {},
    key = privateKey,
  ): Promise<string> {
    const claims = { iss: 'orders', aud: ISSUER, exp: now() + 60, nbf: now(), ...AUTHORIZE }
    const text = JSON.stringify({ ...claims, ...change })
    return await new SignJWT(JSON.parse(text))
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'oauth-authz-req+jwt', ...header })
      .sign(key, { crit: { x: true } })
  }
  const ask = (browser: TestBrowser, request: string, more: Record<string, string> = {}) =>
    browser.get(authorizeUrl({ client_id: 'orders', request, ...more }))

  await t.test('only what is inside counts, numbers and JSON included', async (t) => {
    const browser = await signedIn()
    const claims = { id_token: { email: null } }
    const request = await signed({ state: 'inside', scope: 'openid', max_age: 1000, claims })
    const answer = answerOf(
      await ask(browser, request, { state: 'outside', scope: 'openid email' }),
    )
    t.equal(answer.get('state'), 'inside')
    t.equal((await redeem(answer.get('code') ?? '')).json().scope, 'openid')
    const outside = { redirect_uri: CALLBACK }
    const without = await ask(browser, await signed({ redirect_uri: undefined as never }), outside)
    t.equal(without.statusCode, 400, 'an address outside is none')
    const foreign = await signed({ redirect_uri: 'https://evil.example/' })
    const refused = await ask(browser, foreign, { ...outside, response_mode: 'form_post' })
    t.strictSame([refused.statusCode, refused.headers.location], [400, undefined])
    t.notMatch(refused.body, '<form')
    const old = await signed({ max_age: 0 })
    t.equal((await ask(browser, old)).statusCode, 200, 'max_age as a number asks to sign in')
  })

  await t.test(
    'attack C25: another key, none, expired, a list as aud, another client',
    async (t) => {
      const browser = await signedIn()
      const unsigned = [
        Buffer.from('{"alg":"none"}').toString('base64url'),
        Buffer.from(JSON.stringify({ ...AUTHORIZE, iss: 'orders', aud: ISSUER })).toString(
          'base64url',
        ),
        '',
      ].join('.')
      const cases: [string, string][] = [
        ['the key of somebody else', await signed({}, {}, other.privateKey)],
        ['none', unsigned],
        ['expired', await signed({ exp: now() - 1 })],
        ['without an end', await signed({ exp: undefined as never })],
        ['an hour and more', await signed({ exp: now() + 3700 })],
        ['from the future', await signed({ nbf: now() + 70 })],
        ['a list as aud', await signed({ aud: [ISSUER] })],
        ['another issuer', await signed({ aud: 'https://other.example' })],
        ['another client as iss', await signed({ iss: 'native' })],
        ['another client_id inside', await signed({ client_id: 'native' })],
        [
          'without client_id, as a client assertion',
          await signed({ client_id: undefined as never }),
        ],
        ['a request inside', await signed({ request: 'x' })],
        ['a request_uri inside', await signed({ request_uri: 'urn:x' })],
        ['another type', await signed({}, { typ: 'at+jwt' })],
        ['a critical extension', await signed({}, { crit: ['x'], x: 1 })],
        ['the client as its subject: an assertion', await signed({ sub: 'orders', jti: 'j' })],
      ]
      for (const [name, request] of cases) {
        const beside = { redirect_uri: CALLBACK, state: 'beside' }
        const answer = answerOf(await ask(browser, request, beside))
        t.strictSame(
          [answer.get('error'), answer.get('state'), answer.get('code')],
          ['invalid_request_object', 'beside', null],
          name,
        )
        t.equal((await ask(browser, request)).statusCode, 400, `${name}: a page without an address`)
      }
    },
  )

  await t.test(
    'every algorithm that discovery names, and only the one that is registered',
    async (t) => {
      const document = (await issuer.app.inject('/.well-known/openid-configuration')).json()
      const browser = await signedIn()
      for (const alg of document.request_object_signing_alg_values_supported) {
        const pair = await generateKeyPair(alg)
        const key = { ...(await exportJWK(pair.publicKey)), kid: alg, alg }
        await issuer.changeClient('orders', { jwks: { keys: [key] }, requestObjectAlg: alg })
        const request = await signed({}, { alg, kid: alg }, pair.privateKey)
        t.ok(answerOf(await ask(browser, request)).get('code'), alg)
        const another = alg === 'ES256' ? 'RS256' : 'ES256'
        await issuer.changeClient('orders', { requestObjectAlg: another })
        t.equal(
          (await ask(browser, request)).statusCode,
          400,
          `${alg} where ${another} is registered`,
        )
      }
      await issuer.changeClient('orders', { jwks: { keys: [jwk] }, requestObjectAlg: 'ES256' })
    },
  )

  await t.test('signed and pushed', async (t) => {
    const browser = await signedIn()
    const answer = await issuer.post('/par', { request: await signed({ state: 'both' }) })
    t.equal(answer.statusCode, 201, answer.body)
    t.equal(answerOf(await open(browser, answer.json().request_uri)).get('state'), 'both')
  })

  await t.test('a client that must sign gets nothing otherwise', async (t) => {
    const browser = await signedIn()
    await issuer.changeClient('orders', { requireSignedRequests: true })
    t.equal(answerOf(await browser.get(authorizeUrl(AUTHORIZE))).get('error'), 'invalid_request')
    t.equal((await push()).json().error, 'invalid_request')
    t.ok(answerOf(await ask(browser, await signed())).get('code'))
    await issuer.changeClient('orders', { requireSignedRequests: false })
  })
})
