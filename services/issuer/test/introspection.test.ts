import type { AddressInfo } from 'node:net'
import type { NewClient, Service } from '@latchkey/directory'
import type { LightMyRequestResponse } from 'fastify'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { prefersType } from '../src/http/prefers-type.ts'
import { KEY_PAIR_ALGS } from '../src/keys/signing-keys.ts'
import { dpopApp } from './fixtures/dpop-app.ts'
import { ISSUER, ORDERS, REPORTS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { tokensOf, codeOf, refresh, exchange } = tokenRequests(issuer)
const app = dpopApp(issuer)
const { port } = issuer.app.server.address() as AddressInfo
const ada = await issuer.sub('ada')

/** The public address leads to the port that this test has. */
const http = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (url: string, options: object) =>
    fetch(url.replace(ISSUER, `http://127.0.0.1:${port}`), options),
}
const server = await oauth.processDiscoveryResponse(
  new URL(ISSUER),
  await oauth.discoveryRequest(new URL(ISSUER), http),
)
const jwks = createLocalJWKSet((await issuer.app.inject('/jwks')).json())
const SIGNED = 'application/token-introspection+jwt'
const basic = (id: string) => `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`

async function describe(token: string, clientId: string, accept?: string) {
  return await issuer.app.inject({
    method: 'POST',
    url: '/introspect',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basic(clientId),
      ...(accept !== undefined && { accept }),
    },
    payload: new URLSearchParams({ token }).toString(),
  })
}

t.test('RFC 7662 section 2.2: what is told about a token', async (t) => {
  const tokens = await tokensOf()
  const signIn = { auth_time: Number, acr: String, amr: ['pwd'], sid: String }
  t.test('an access token: all its claims, and the name of the person', async (t) => {
    const answer = (await describe(tokens.access_token, 'orders')).json()
    t.strictSame(answer, {
      active: true,
      token_type: 'Bearer',
      username: 'ada',
      ...decodeJwt(tokens.access_token),
    })
    t.match(answer, { iss: ISSUER, aud: ORDERS, sub: ada, client_id: 'orders', ...signIn })
  })
  t.test(
    'a refresh token: whose it is, for what, how the person signed in, until when',
    async (t) => {
      t.match((await describe(tokens.refresh_token, 'orders')).json(), {
        active: true,
        token_type: 'refresh_token',
        iss: ISSUER,
        sub: ada,
        username: 'ada',
        client_id: 'orders',
        scope: 'openid profile email',
        exp: issuer.now() + 3600,
        ...signIn,
      })
    },
  )
  t.test('a refresh token that is bound to a key says to which', async (t) => {
    const redirect_uri = 'http://127.0.0.1/done'
    const answer = await issuer.browser().signIn('ada', { client_id: 'native', redirect_uri })
    const form = {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri,
      code_verifier: VERIFIER,
    }
    const { refresh_token } = (await app.token(form, app.proof(), 'native')).json()
    const about = (await describe(refresh_token, 'support')).json()
    t.match(about, { active: true, client_id: 'native', cnf: { jkt: app.jkt } })
  })
  t.test('RFC 9396 section 9: what the client narrowed itself to is told', async (t) => {
    const details = [{ type: 'latchkey_routes', locations: [ORDERS], routes: ['GET /orders'] }]
    const query = { authorization_details: JSON.stringify(details) }
    const narrowed = await tokensOf(undefined, query)
    const about = (await describe(narrowed.refresh_token, 'orders')).json()
    t.strictSame(about.authorization_details, details)
    const { routes } = (await describe(narrowed.access_token, 'orders')).json()
    t.strictSame(routes, ['GET /orders'], 'an access token says what is left of the rights')
  })
  t.test('a machine has no user name', async (t) => {
    const form = { grant_type: 'client_credentials', resource: REPORTS }
    const { access_token } = (await issuer.post('/token', form)).json()
    const answer = (await describe(access_token, 'orders')).json()
    t.match(answer, { active: true, sub: 'svc:orders' })
    t.equal(answer.username, undefined)
  })
  t.test(
    'the name is for services, operators, our own apps, and where the person allowed it',
    async (t) => {
      await issuer.changeClient('orders', { firstParty: false })
      const allow = (granted: string[]) =>
        issuer.directory.consents.save({
          sub: ada,
          clientId: 'orders',
          granted,
          declined: ['profile', 'email'].filter((word) => !granted.includes(word)),
          audiences: [ORDERS, REPORTS],
        })
      await allow([])
      const { access_token } = await tokensOf(undefined, { scope: 'openid', resource: REPORTS })
      const nameFor = async (id: string) => (await describe(access_token, id)).json().username
      t.equal(await nameFor('orders'), undefined, 'the app')
      t.equal(await nameFor('reports'), 'ada', 'the service')
      t.equal(await nameFor('support'), 'ada', 'an operator')
      await allow(['profile'])
      const allowed = await tokensOf(undefined, { scope: 'openid profile' })
      t.equal((await describe(allowed.access_token, 'orders')).json().username, 'ada')
      await issuer.changeClient('orders', { firstParty: true })
    },
  )
})

t.test('RFC 9701: signed answers', async (t) => {
  const { access_token } = await tokensOf()
  for (const introspectionAlg of KEY_PAIR_ALGS) {
    t.test(`${introspectionAlg}: oauth4webapi takes it, live and dead`, async (t) => {
      await issuer.changeClient('orders', { introspectionAlg })
      const client = { client_id: 'orders', introspection_signed_response_alg: introspectionAlg }
      const ask = async (token: string) => {
        const secret = oauth.ClientSecretBasic(SECRET)
        const answer = await oauth.introspectionRequest(server, client, secret, token, http)
        t.equal(answer.headers.get('content-type'), SIGNED)
        t.equal(answer.headers.get('cache-control'), 'no-store')
        const copy = answer.clone()
        const about = await oauth.processIntrospectionResponse(server, client, answer)
        // The library has verified type, issuer, audience and times; the signature is left to whoever wants it.
        await oauth.validateApplicationLevelSignature(server, answer, http)
        return { about, text: await copy.text() }
      }
      const live = await ask(access_token)
      t.match(live.about, { active: true, sub: ada, username: 'ada' })
      t.strictSame((await ask('nonsense')).about, { active: false })
      const { payload } = await jwtVerify(live.text, jwks, { algorithms: [introspectionAlg] })
      t.strictSame(Object.keys(payload).sort(), ['aud', 'iat', 'iss', 'token_introspection'])
      t.match(decodeProtectedHeader(live.text), {
        typ: /^token-introspection\+jwt$/,
        alg: introspectionAlg,
      })
    })
  }
  t.test('section 8.1: it opens nothing itself', async (t) => {
    const { body } = await describe(access_token, 'orders', SIGNED)
    const headers = { authorization: `Bearer ${body}` }
    t.equal((await issuer.app.inject({ url: '/userinfo', headers })).statusCode, 401)
    t.strictSame((await describe(body, 'orders')).json(), { active: false })
  })
  t.test('an error is JSON as ever', async (t) => {
    const answer = await describe(access_token, 'nobody', SIGNED)
    t.strictSame([answer.statusCode, answer.json().error], [401, 'invalid_client'])
  })
})

t.test('RFC 9110 section 12.5.1: who names the media type gets it', async (t) => {
  const cases: [string | undefined, boolean][] = [
    [SIGNED, true],
    [SIGNED.toUpperCase(), true],
    [`text/html, ${SIGNED};q=0.5 , */*;q=0.1`, true],
    [`${SIGNED}, application/json`, true],
    [`application/json;q=0.9,${SIGNED};q=0.9`, true],
    [`application/json,${SIGNED};q=0.9`, false],
    [`${SIGNED};q=0`, false],
    [`${SIGNED};q=nonsense`, false],
    ['application/json', false],
    ['*/*', false],
    ['application/*', false],
    [`${SIGNED}x`, false],
    ['', false],
    [undefined, false],
  ]
  for (const [accept, expected] of cases) {
    t.equal(prefersType(accept, SIGNED), expected, String(accept))
  }
})

t.test(
  'RFC 9068 section 4: any library verifies the tokens of a service with public keys',
  async (t) => {
    const audienceOf = (alg: string) => `https://${alg.toLowerCase()}.example`
    const algs: Service['alg'][] = ['RS256', 'ES256', 'EdDSA']
    for (const alg of algs) {
      const audience = audienceOf(alg)
      await issuer.directory.services.save({
        audience,
        name: alg,
        alg,
        keyGeneration: 1,
        clients: [],
        accessTokenSeconds: 300,
        statusList: false,
        disabled: false,
      })
    }
    const services = [ORDERS, REPORTS, ...algs.map(audienceOf)]
    await issuer.changeClient('orders', { services } satisfies Partial<NewClient>)
    /** One token for this audience by each grant; the last one is bound to a key. */
    async function tokensFor(audience: string): Promise<[string, string][]> {
      const signIn = await tokensOf(undefined, { resource: audience })
      const atOrders = await tokensOf()
      const refreshed = await refresh(signIn.refresh_token)
      const machine = { grant_type: 'client_credentials', resource: audience }
      const code = await codeOf(undefined, { resource: audience })
      const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
      const tokenOf = (answer: LightMyRequestResponse) => answer.json().access_token
      return [
        ['code', signIn.access_token],
        ['refresh', tokenOf(refreshed)],
        ['client credentials', tokenOf(await issuer.post('/token', machine))],
        ['exchange', tokenOf(await exchange(atOrders.access_token, { resource: audience }))],
        ['bound', tokenOf(await app.token(form))],
      ]
    }
    for (const alg of algs) {
      t.test(`${alg}: oauth4webapi validates it for its audience, and for no other`, async (t) => {
        const audience = audienceOf(alg)
        const uri = `${audience}/things`
        for (const [name, accessToken] of await tokensFor(audience)) {
          const isBound = name === 'bound'
          // The library takes one list for both, the token and the proof.
          const options = { ...http, signingAlgorithms: isBound ? [alg, 'ES256'] : [alg] }
          t.equal(decodeProtectedHeader(accessToken).alg, alg, name)
          const authorization = `${isBound ? 'DPoP' : 'Bearer'} ${accessToken}`
          const dpop = isBound && { dpop: app.proof({ method: 'GET', uri, accessToken }) }
          const request = new Request(uri, { headers: { authorization, ...dpop } })
          const claims = await oauth.validateJwtAccessToken(server, request, audience, options)
          const sub = name === 'client credentials' ? 'svc:orders' : ada
          t.match(claims, { iss: ISSUER, sub, aud: audience, client_id: 'orders' }, name)
          const other = audienceOf(alg === 'RS256' ? 'ES256' : 'RS256')
          const elsewhere = oauth.validateJwtAccessToken(server, request, other, options)
          await t.rejects(elsewhere, { cause: { claim: 'aud' } }, name)
        }
      })
    }
  },
)
