/** How foreign clients prove themselves: RFC 6749 section 2.3, RFC 7523, with keys by value and by address. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import t from 'tap'
import { CALLBACK, ORDERS, SECRET } from '../test-issuer.ts'
import { callbackOf, follow, listeningIssuer, protection, refusal } from './foreign-app.ts'

const { issuer, discover } = await listeningIssuer(t)

t.test('RFC 6749 section 2.3: by the header, in the body, and not at all', async (t) => {
  const cases: [string, oidc.ClientAuth][] = [
    ['orders', oidc.ClientSecretBasic(SECRET)],
    ['foreign', oidc.ClientSecretPost(SECRET)],
    ['native', oidc.None()],
  ]
  for (const [id, authentication] of cases) {
    const client = await discover(id, authentication)
    t.equal(await refusal(oidc.refreshTokenGrant(client, 'x')), 'invalid_grant', id)
  }
  const posted = await discover('orders', oidc.ClientSecretPost(SECRET))
  t.equal(await refusal(oidc.refreshTokenGrant(posted, 'x')), '401', 'not its method')
})

t.test('RFC 7523: a client that signs, by every algorithm that it may', async (t) => {
  for (const alg of ['ES256', 'EdDSA', 'PS256', 'RS256']) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    await issuer.directory.clients.save({
      id: `signs-${alg}`,
      authMethod: 'private_key_jwt',
      grantTypes: ['client_credentials'],
      services: [ORDERS],
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one' }] },
    })
    const client = await discover(
      `signs-${alg}`,
      oidc.PrivateKeyJwt({ key: privateKey, kid: 'one' }),
    )
    const { access_token } = await oidc.clientCredentialsGrant(client)
    t.match(await oidc.tokenIntrospection(client, access_token), { active: true })
    await oidc.tokenRevocation(client, access_token)
    t.match(await oidc.tokenIntrospection(client, access_token), { active: false })
  }
})

t.test('RFC 7591 section 2: keys behind jwks_uri, and new ones when they change', async (t) => {
  const keySet: { keys: object[] } = { keys: [] }
  let looks = 0
  const server = createServer((_, response) => {
    looks++
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify(keySet))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())

  async function newKey(kid: string) {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    keySet.keys = [{ ...(await exportJWK(publicKey)), kid }]
    return oidc.PrivateKeyJwt({ key: privateKey, kid })
  }
  const { port } = server.address() as AddressInfo
  await issuer.directory.clients.save({
    id: 'publishes',
    authMethod: 'private_key_jwt',
    jwksUri: `http://127.0.0.1:${port}/keys`,
    redirectUris: [CALLBACK],
    grantTypes: ['authorization_code', 'refresh_token'],
    services: [ORDERS],
    firstParty: true,
  })

  const oldKey = await newKey('one')
  const before = await discover('publishes', oldKey)
  const { sent, checks } = await protection()
  // The library signs what it pushes, what it redeems and what it asks about with a new assertion each.
  const url = await oidc.buildAuthorizationUrlWithPAR(before, sent)
  const callback = callbackOf(await follow(issuer.browser(), url))
  const tokens = await oidc.authorizationCodeGrant(before, callback, checks)
  const next = await oidc.refreshTokenGrant(before, tokens.refresh_token ?? '')
  t.match(await oidc.tokenIntrospection(before, next.access_token), { active: true })
  t.equal(looks, 1, 'the keys are remembered')

  issuer.advance(61)
  const onTime = { [oidc.clockSkew]: 61 }
  const after = await discover('publishes', await newKey('two'), onTime)
  const last = await oidc.refreshTokenGrant(after, next.refresh_token ?? '')
  t.match(await oidc.tokenIntrospection(after, last.access_token), { active: true })
  t.equal(looks, 2, 'an unknown key is looked for')
  const late = await discover('publishes', oldKey, onTime)
  const asked = oidc.tokenIntrospection(late, last.access_token)
  t.equal(await refusal(asked), '401', 'the old one is gone')
})
