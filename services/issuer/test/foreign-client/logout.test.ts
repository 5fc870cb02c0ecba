/** Signing out by a foreign app: RP-Initiated Logout 1.0, and Back-Channel Logout 1.0 section 2.6 as an app reads it. */
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import t from 'tap'
import { appListener } from '../fixtures/app-listener.ts'
import { ISSUER, ORDERS, SECRET } from '../test-issuer.ts'
import { callbackOf, follow, listeningIssuer, protection, refusal } from './foreign-app.ts'

const { issuer, discover, toIssuer } = await listeningIssuer(t)

t.test('a sign-out that the app begins, and the logout token that it gets', async (t) => {
  const app = await appListener(t)
  await issuer.changeClient('orders', { backchannelLogoutUri: app.uri })
  const client = await discover('orders', oidc.ClientSecretBasic(SECRET))
  const browser = issuer.browser()
  const { sent, checks } = await protection()
  const callback = callbackOf(await follow(browser, oidc.buildAuthorizationUrl(client, sent)))
  const tokens = await oidc.authorizationCodeGrant(client, callback, checks)

  const told = app.heard(1)
  const url = oidc.buildEndSessionUrl(client, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: `${ORDERS}/`,
    state: 'signed-out',
  })
  const answer = await browser.get(`${url.pathname}${url.search}`)
  t.equal(answer.headers.location, `${ORDERS}/?state=signed-out`)
  await told

  // Section 2.6, step by step, with nothing but the discovery document and a library for JWTs.
  const { jwks_uri = '' } = client.serverMetadata()
  const keys = createRemoteJWKSet(new URL(jwks_uri), {
    [customFetch]: (address, options) => toIssuer(address, options as never),
  })
  const { payload, protectedHeader } = await jwtVerify(app.tokenAt(0), keys, {
    issuer: ISSUER,
    audience: 'orders',
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    maxTokenAge: '2 minutes',
  })
  t.equal(protectedHeader.alg, 'RS256')
  const signIn = tokens.claims()
  t.equal(payload['sub'], signIn?.sub)
  t.equal(payload['sid'], signIn?.['sid'], 'it is about this session')
  t.equal(payload['nonce'], undefined)
  t.strictSame(payload['events'], {
    'http://schemas.openid.net/event/backchannel-logout': {},
  })
  t.equal(app.received[0]?.type, 'application/x-www-form-urlencoded')
  const refreshed = oidc.refreshTokenGrant(client, tokens.refresh_token ?? '')
  t.equal(await refusal(refreshed), 'invalid_grant')
})
