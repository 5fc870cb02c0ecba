/** Signing in as a foreign library does it: OpenID Connect Core, RFC 9126, RFC 9101, RFC 9396, RFC 8707. */
import { ACR } from '@latchkey/protocol'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import t from 'tap'
import { CALLBACK, ISSUER, ORDERS, REPORTS, SECRET } from '../test-issuer.ts'
import {
  callbackOf,
  follow,
  listeningIssuer,
  postedCallback,
  protection,
  refusal,
} from './foreign-app.ts'

const { issuer, discover } = await listeningIssuer(t)
const client = await discover('orders', oidc.ClientSecretBasic(SECRET))

/** Signs in by an address that is built by `build`; the library checks state, nonce, iss and the ID token. */
async function signIn(
  asked: Record<string, string>,
  build: (query: Record<string, string>) => URL | Promise<URL> = (query) =>
    oidc.buildAuthorizationUrl(client, query),
  more: Partial<oidc.AuthorizationCodeGrantChecks> = {},
) {
  const { sent, checks } = await protection()
  const answer = await follow(issuer.browser(), await build({ ...sent, ...asked }))
  return await oidc.authorizationCodeGrant(client, callbackOf(answer), { ...checks, ...more })
}

const pair = await generateKeyPair('ES256', { extractable: true })
const signingKey = { key: pair.privateKey, kid: 'orders.1' }
await issuer.changeClient('orders', {
  jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'orders.1' }] },
  requestObjectAlg: 'ES256',
})

t.test('a client library that knows nothing of us works without special cases', async (t) => {
  t.test('code with PKCE, state, nonce and iss', async (t) => {
    const tokens = await signIn({ resource: ORDERS })
    t.match(tokens.claims(), { iss: ISSUER, aud: 'orders', name: 'Ada' })
    t.ok((tokens.expiresIn() ?? 0) > 290)
  })

  t.test('RFC 9126: a request that is pushed', async (t) => {
    let address = new URL(ISSUER)
    const tokens = await signIn({}, async (query) => {
      address = await oidc.buildAuthorizationUrlWithPAR(client, query)
      return address
    })
    t.strictSame([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
    t.equal(tokens.claims()?.aud, 'orders')
  })

  t.test('RFC 9101: a request that is signed', async (t) => {
    let address = new URL(ISSUER)
    const tokens = await signIn({}, async (query) => {
      address = await oidc.buildAuthorizationUrlWithJAR(client, query, signingKey)
      return address
    })
    t.strictSame([...address.searchParams.keys()].sort(), ['client_id', 'request'])
    t.equal(tokens.claims()?.aud, 'orders')
  })

  t.test('RFC 9126 section 3: one that is signed and pushed', async (t) => {
    await issuer.changeClient('orders', {
      requirePushedRequests: true,
      requireSignedRequests: true,
    })
    t.teardown(() =>
      issuer.changeClient('orders', { requirePushedRequests: false, requireSignedRequests: false }),
    )
    const signed = (query: Record<string, string>) =>
      oidc.buildAuthorizationUrlWithJAR(client, query, signingKey)
    const tokens = await signIn({}, async (query) => {
      const { searchParams } = await signed(query)
      return await oidc.buildAuthorizationUrlWithPAR(client, searchParams)
    })
    t.equal(tokens.claims()?.aud, 'orders')
    const { sent } = await protection()
    const notPushed = await follow(issuer.browser(), await signed(sent))
    t.equal(notPushed.statusCode, 400, 'signed only')
    t.equal(
      await refusal(oidc.buildAuthorizationUrlWithPAR(client, sent)),
      'invalid_request',
      'pushed only',
    )
  })

  t.test('Form Post Response Mode: the answer comes as a form', async (t) => {
    const { sent, checks } = await protection()
    const url = oidc.buildAuthorizationUrl(client, { ...sent, response_mode: 'form_post' })
    const posted = postedCallback(await follow(issuer.browser(), url))
    t.equal(posted.url, CALLBACK)
    const tokens = await oidc.authorizationCodeGrant(client, posted, checks)
    t.equal(tokens.claims()?.aud, 'orders')

    const silent = oidc.buildAuthorizationUrl(client, {
      ...sent,
      ...{ response_mode: 'form_post', prompt: 'none' },
    })
    const denied = postedCallback(await follow(issuer.browser(), silent))
    const redemption = oidc.authorizationCodeGrant(client, denied, checks)
    t.equal(await refusal(redemption), 'login_required', 'errors as well')
  })

  t.test('Core section 3.1.2.1: max_age, prompt and acr_values', async (t) => {
    const asked = { max_age: '60', prompt: 'login', acr_values: ACR.password }
    const tokens = await signIn(asked, undefined, { maxAge: 60 })
    t.match(tokens.claims(), { auth_time: issuer.now(), acr: ACR.password })
  })

  t.test('Core section 5.5: claims by name, in the ID token and at user info', async (t) => {
    const claims = {
      id_token: { email: { essential: true } },
      userinfo: { name: null },
    }
    const asked = { scope: 'openid', resource: ISSUER, claims: JSON.stringify(claims) }
    const tokens = await signIn(asked)
    const told = tokens.claims()
    t.strictSame([told?.['email'], told?.['name']], ['ada@example.com', undefined])
    const about = await oidc.fetchUserInfo(client, tokens.access_token, told?.sub ?? '')
    t.strictSame([about.name, about.email], ['Ada', undefined])
  })

  t.test('RFC 9396: routes that the client narrows itself to', async (t) => {
    const routes = ['GET /orders']
    const details = [{ type: 'latchkey_routes', locations: [ORDERS], routes }]
    const tokens = await signIn({ authorization_details: JSON.stringify(details) })
    t.strictSame(tokens.authorization_details, details)
    const about = await oidc.tokenIntrospection(client, tokens.access_token)
    t.strictSame(about['routes'], routes)
  })

  t.test('RFC 8707: the service that the token is for', async (t) => {
    const { access_token } = await signIn({ resource: REPORTS })
    t.equal((await oidc.tokenIntrospection(client, access_token)).aud, REPORTS)
    const elsewhere = signIn({ resource: 'https://elsewhere.example' })
    t.equal(await refusal(elsewhere), 'invalid_target')
  })

  t.test('RFC 9207: the answer of another issuer is noticed', async (t) => {
    const { sent, checks } = await protection()
    const url = oidc.buildAuthorizationUrl(client, sent)
    const callback = callbackOf(await follow(issuer.browser(), url))
    for (const change of ['https://evil.example', '']) {
      const mixedUp = new URL(callback)
      if (change === '') mixedUp.searchParams.delete('iss')
      else mixedUp.searchParams.set('iss', change)
      const mixed = oidc.authorizationCodeGrant(client, mixedUp, checks)
      await t.rejects(mixed, { cause: { message: /"iss"/ } }, change)
    }
    const tokens = await oidc.authorizationCodeGrant(client, callback, checks)
    t.equal(tokens.claims()?.iss, ISSUER)
  })
})
