/** What a foreign client does with its tokens: RFC 6749, RFC 7009, RFC 7662, RFC 8693, RFC 9701, OpenID Connect Core section 5.3. */
import * as oidc from 'openid-client'
import t from 'tap'
import { CALLBACK, ISSUER, ORDERS, REPORTS, SECRET } from '../test-issuer.ts'
import { ACCESS_TOKEN, EXCHANGE } from '../token-requests.ts'
import { callbackOf, follow, listeningIssuer, protection, refusal } from './foreign-app.ts'

const { issuer, discover } = await listeningIssuer(t)
const orders = await discover('orders', oidc.ClientSecretBasic(SECRET))

async function tokensOf(resource: string, client = orders) {
  const { sent, checks } = await protection()
  const url = oidc.buildAuthorizationUrl(client, { ...sent, resource })
  const callback = callbackOf(await follow(issuer.browser(), url))
  return await oidc.authorizationCodeGrant(client, callback, checks)
}

t.test('user info', async (t) => {
  const tokens = await tokensOf(ISSUER)
  const sub = tokens.claims()?.sub ?? ''
  const about = await oidc.fetchUserInfo(orders, tokens.access_token, sub)
  t.match(about, { sub, email: 'ada@example.com' })
  const another = oidc.fetchUserInfo(orders, tokens.access_token, await issuer.sub('bob'))
  await t.rejects(another, 'section 5.3.2: the subject is compared')
})

t.test('Core section 5.3.2, RFC 9701: signed answers, whose signatures are checked', async (t) => {
  await issuer.directory.clients.save({
    id: 'signed',
    secret: SECRET,
    redirectUris: [CALLBACK],
    ...{ firstParty: true, idTokenAlg: 'EdDSA', userinfoAlg: 'ES256', introspectionAlg: 'PS256' },
  })
  const signed = await discover('signed', oidc.ClientSecretBasic(SECRET), {
    id_token_signed_response_alg: 'EdDSA',
    userinfo_signed_response_alg: 'ES256',
    introspection_signed_response_alg: 'PS256',
  })
  oidc.enableNonRepudiationChecks(signed)
  const tokens = await tokensOf(ISSUER, signed)
  const sub = tokens.claims()?.sub ?? ''
  t.equal((await oidc.fetchUserInfo(signed, tokens.access_token, sub)).name, 'Ada')
  const described = await oidc.tokenIntrospection(signed, tokens.access_token)
  t.match(described, { active: true, sub, username: 'ada' })
})

t.test('refresh', async (t) => {
  const tokens = await tokensOf(ORDERS)
  const { refresh_token = '' } = tokens
  const again = await oidc.refreshTokenGrant(orders, refresh_token, { scope: 'openid' })
  t.not(again.refresh_token, refresh_token)
  t.equal(again.scope, 'openid')
  t.equal(again.claims()?.sub, tokens.claims()?.sub)
  t.equal(await refusal(oidc.refreshTokenGrant(orders, 'x')), 'invalid_grant')
})

t.test('introspection and revocation, of access tokens and of refresh tokens', async (t) => {
  const tokens = await tokensOf(ORDERS)
  for (const token of [tokens.access_token, tokens.refresh_token ?? '']) {
    t.match(await oidc.tokenIntrospection(orders, token), { active: true, client_id: 'orders' })
    await oidc.tokenRevocation(orders, token)
    t.strictSame(await oidc.tokenIntrospection(orders, token), { active: false })
  }
})

t.test('client credentials', async (t) => {
  const machine = await oidc.clientCredentialsGrant(orders, { resource: REPORTS })
  t.equal(machine.refresh_token, undefined)
  t.equal(machine.claims(), undefined)
  t.match(await oidc.tokenIntrospection(orders, machine.access_token), { sub: 'svc:orders' })
})

t.test('token exchange: a service goes on to the next one', async (t) => {
  const { access_token, claims } = await tokensOf(ORDERS)
  const exchanged = await oidc.genericGrantRequest(orders, EXCHANGE, {
    subject_token: access_token,
    subject_token_type: ACCESS_TOKEN,
    resource: REPORTS,
  })
  t.equal(exchanged['issued_token_type'], ACCESS_TOKEN)
  t.match(await oidc.tokenIntrospection(orders, exchanged.access_token), {
    sub: claims()?.sub,
    aud: REPORTS,
    act: { sub: 'svc:orders' },
  })
})
