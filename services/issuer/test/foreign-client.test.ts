import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import t from 'tap'
import { CALLBACK, ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => issuer.close())
const { port } = issuer.app.server.address() as AddressInfo

/** The public address leads to the port that this test has. */
const customFetch: oidc.CustomFetch = (url, options) =>
  fetch(url.replace(ISSUER, `http://127.0.0.1:${port}`), options as RequestInit)

const discover = (id: string, authentication: oidc.ClientAuth) =>
  oidc.discovery(new URL(ISSUER), id, undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: customFetch,
  })

/** The error code that the library reports when it refreshes with garbage. */
async function refusal(client: oidc.Configuration): Promise<string> {
  try {
    await oidc.refreshTokenGrant(client, 'x')
    return 'no error'
  } catch (error) {
    return error instanceof oidc.ResponseBodyError ? error.error : String(error)
  }
}

t.test('a client library that knows nothing of us works without special cases', async (t) => {
  const client = await discover('orders', oidc.ClientSecretBasic(SECRET))
  const browser = issuer.browser()

  async function signIn(resource: string) {
    const verifier = oidc.randomPKCECodeVerifier()
    const state = oidc.randomState()
    const nonce = oidc.randomNonce()
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      resource,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const answer = await browser.signIn('ada', Object.fromEntries(url.searchParams))
    return await oidc.authorizationCodeGrant(client, new URL(`${CALLBACK}?${answer}`), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    })
  }

  t.test('code with PKCE, state, nonce and iss', async (t) => {
    const tokens = await signIn(ORDERS)
    t.match(tokens.claims(), { iss: ISSUER, aud: 'orders', name: 'Ada' })
    t.ok((tokens.expiresIn() ?? 0) > 290)
  })
  t.test('user info', async (t) => {
    const tokens = await signIn(ISSUER)
    const sub = tokens.claims()?.sub ?? ''
    t.match(await oidc.fetchUserInfo(client, tokens.access_token, sub), {
      email: 'ada@example.com',
    })
  })
  t.test('refresh', async (t) => {
    const { refresh_token = '' } = await signIn(ORDERS)
    const again = await oidc.refreshTokenGrant(client, refresh_token)
    t.not(again.refresh_token, refresh_token)
  })
  t.test('introspection and revocation', async (t) => {
    const { access_token } = await signIn(ORDERS)
    t.match(await oidc.tokenIntrospection(client, access_token), { active: true })
    await oidc.tokenRevocation(client, access_token)
    t.match(await oidc.tokenIntrospection(client, access_token), { active: false })
  })
  t.test('client credentials', async (t) => {
    const machine = await oidc.clientCredentialsGrant(client, { resource: ORDERS })
    t.equal(machine.refresh_token, undefined)
  })
  t.test('token exchange', async (t) => {
    const { access_token } = await signIn(ORDERS)
    const exchanged = await oidc.genericGrantRequest(
      client,
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        subject_token: access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: 'http://b.localhost:4002',
      },
    )
    t.not(exchanged.access_token, access_token)
  })
  t.test('sign-out', async (t) => {
    const { id_token = '' } = await signIn(ORDERS)
    const url = oidc.buildEndSessionUrl(client, {
      id_token_hint: id_token,
      post_logout_redirect_uri: `${ORDERS}/`,
    })
    const answer = await browser.get(`${url.pathname}${url.search}`)
    t.equal(answer.headers.location, `${ORDERS}/`)
  })
  t.test('a wrong answer of the issuer is a typed error there', async (t) => {
    t.equal(await refusal(client), 'invalid_grant')
  })
})

t.test('a client that authenticates in the body, and one without a secret', async (t) => {
  const foreign = await discover('foreign', oidc.ClientSecretPost(SECRET))
  t.equal(await refusal(foreign), 'invalid_grant')
  const native = await discover('native', oidc.None())
  t.equal(await refusal(native), 'invalid_grant')
})

t.test(
  'RFC 7523: a client that signs its assertions, by every algorithm that it may',
  async (t) => {
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
  },
)

t.test('RFC 9449: a client with a key of its own learns the nonces by itself', async (t) => {
  const strict = await testIssuer({ dpopNonce: 'required' })
  await strict.app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => strict.close())
  const { port } = strict.app.server.address() as AddressInfo
  const client = await oidc.discovery(new URL(ISSUER), 'native', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: (url, options) =>
      fetch(url.replace(ISSUER, `http://127.0.0.1:${port}`), options as RequestInit),
  })
  const DPoP = oidc.getDPoPHandle(client, await oidc.randomDPoPKeyPair('ES256'))
  const redirectUri = 'http://127.0.0.1:9/done'
  const verifier = oidc.randomPKCECodeVerifier()
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    dpop_jkt: await DPoP.calculateThumbprint(),
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await strict.browser().signIn('ada', {
    ...{ resource: ISSUER, state: '', nonce: '' },
    ...Object.fromEntries(url.searchParams),
  })
  const tokens = await oidc.authorizationCodeGrant(
    client,
    new URL(`${redirectUri}?${answer}`),
    { pkceCodeVerifier: verifier, idTokenExpected: true },
    undefined,
    { DPoP },
  )
  t.equal(tokens.token_type, 'dpop')
  const sub = tokens.claims()?.sub ?? ''
  const about = await oidc.fetchUserInfo(client, tokens.access_token, sub, { DPoP })
  t.equal(about.name, 'Ada')
  const next = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '', undefined, { DPoP })
  t.equal(next.token_type, 'dpop')
  const other = oidc.getDPoPHandle(client, await oidc.randomDPoPKeyPair('ES256'))
  const stolen = oidc.refreshTokenGrant(client, next.refresh_token ?? '', undefined, {
    DPoP: other,
  })
  t.match(await stolen.catch((error: unknown) => error), { error: 'invalid_grant' })
})
