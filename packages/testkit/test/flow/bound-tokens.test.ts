import { generateKeyPairSync } from 'node:crypto'
import { latchkey } from '@latchkey/fastify'
import { createServiceClient, type ServiceClientOptions } from '@latchkey/service-client'
import { createVerifier } from '@latchkey/verifier'
import { fastify } from 'fastify'
import * as openid from 'openid-client'
import t from 'tap'
import { type ServiceEnvironment, startCluster } from '../../src/index.ts'

/** Apps with keys and no secret, from the issuer to a service: RFC 7523, RFC 9449, RFC 9728. */

const STOCK = 'http://stock.localhost'
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

async function buildStock(environment: ServiceEnvironment) {
  const { issuer, issuerAddress, baseUrl: service, clientId, clientSecret, clock } = environment
  const credentials = { clientId, clientSecret }
  const app = fastify()
  const verifier = await createVerifier({ issuer, issuerAddress, service, credentials, clock })
  app.addHook('onClose', () => verifier.close())
  await app.register(latchkey, { verifier, clock })
  app.get('/hinges', async (request) => ({ caller: request.caller?.sub }))
  app.get('/safe', { config: { latchkey: { maxAgeSeconds: 60 } } }, async () => 'open')
  return app
}

const cluster = await startCluster({
  services: [{ name: 'stock', build: buildStock }],
  clients: [
    {
      id: 'robot',
      name: 'Robot',
      authMethod: 'private_key_jwt',
      assertionAlg: 'ES256',
      jwks: { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'robot.1' }] },
      requireDpop: true,
      grantTypes: ['client_credentials'],
      services: [STOCK],
      grants: { [STOCK]: ['GET /hinges', 'GET /safe'] },
      firstParty: true,
    },
    {
      id: 'phone',
      authMethod: 'none',
      redirectUris: [`${STOCK}/done`],
      grantTypes: ['authorization_code', 'refresh_token'],
      requireDpop: true,
      services: [STOCK],
      firstParty: true,
    },
  ],
  roles: [{ name: 'keeper', grants: { stock: ['GET /hinges'] } }],
  users: [{ username: 'ada', roles: ['keeper'] }],
})
t.teardown(() => cluster.close())

/** A public address, as a resolver of the cluster would find it. */
function reach(address: string): string {
  const { hostname, pathname, search } = new URL(address)
  return `http://127.0.0.1:${cluster.hosts.get(hostname)}${pathname}${search}`
}
const address = reach(STOCK).replace(/\/$/, '')
const byName: openid.CustomFetch = (url, options) => fetch(reach(url), options as RequestInit)

function robot(more: Partial<ServiceClientOptions> = {}) {
  const privateKey = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'robot.1' }
  const { url: issuer, address: issuerAddress } = cluster.issuer
  const services = createServiceClient({
    ...{ issuer, issuerAddress, clientId: 'robot', privateKey, clock: cluster.clock },
    ...more,
  })
  return services.as(STOCK, { address })
}

t.test('our client: keys in place of a secret, and a token that is bound', async (t) => {
  const sent: Record<string, string>[] = []
  const spy: typeof fetch = (url, init) => {
    sent.push(Object.fromEntries(new Headers(init?.headers)))
    return fetch(url, init)
  }
  const answer = await robot({ dpop: true, fetch: spy }).fetch('/hinges')
  t.strictSame(await answer.json(), { caller: 'svc:robot' })
  t.strictSame(
    sent.map(({ authorization }) => authorization?.split(' ')[0]),
    [undefined, 'DPoP'],
  )

  const { authorization = '', dpop = '' } = sent[1] ?? {}
  const thief = async (path: string, headers: Record<string, string>) => {
    const { status, headers: said } = await fetch(address + path, { headers })
    return `${status} ${/error="(\w+)"/.exec(said.get('www-authenticate') ?? '')?.[1]}`
  }
  const bearer = authorization.replace('DPoP', 'Bearer')
  t.equal(await thief('/hinges', { authorization: bearer }), '401 invalid_token')
  t.equal(await thief('/hinges', { authorization }), '401 invalid_dpop_proof')
  t.equal(await thief('/hinges', { authorization, dpop }), '401 invalid_dpop_proof', 'a replay')
  t.equal(await thief('/safe', { authorization, dpop }), '401 invalid_dpop_proof', 'elsewhere')
})

t.test('a client that needs bound tokens gets no others', async (t) => {
  await t.rejects(robot().fetch('/hinges'), { name: 'ServiceClientError', status: 400 })
})

t.test('a machine has no sign-in that could be new enough', async (t) => {
  const answer = await robot({ dpop: true }).fetch('/safe')
  t.equal(answer.status, 401)
  t.match(answer.headers.get('www-authenticate'), 'insufficient_user_authentication')
})

t.test('openid-client: from the metadata of the service to the answer', async (t) => {
  const refused = await fetch(`${address}/hinges`)
  const metadata = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')
  const facts = await (await fetch(reach(String(metadata?.[1])))).json()
  t.match(facts, { resource: STOCK, authorization_servers: [cluster.issuer.url] })
  const [issuer] = (facts as { authorization_servers: string[] }).authorization_servers
  const jwk = pair.privateKey.export({ format: 'jwk' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
  const configuration = await openid.discovery(
    new URL(String(issuer)),
    'robot',
    {},
    openid.PrivateKeyJwt({ key, kid: 'robot.1' }),
    { execute: [openid.allowInsecureRequests], [openid.customFetch]: byName },
  )
  for (const alg of ['ES256', 'Ed25519', 'PS256']) {
    const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair(alg))
    const asked = { resource: STOCK }
    const tokens = await openid.clientCredentialsGrant(configuration, asked, { DPoP })
    t.equal(tokens.token_type, 'dpop', alg)
    const url = new URL('/hinges', STOCK)
    const fetchWith = (options: openid.DPoPOptions) =>
      openid.fetchProtectedResource(
        ...([configuration, tokens.access_token, url, 'GET', undefined, undefined] as const),
        options,
      )
    t.strictSame(await (await fetchWith({ DPoP })).json(), { caller: 'svc:robot' }, alg)
    await t.rejects(fetchWith({}), { name: 'WWWAuthenticateChallengeError', status: 401 })
  }
})

t.test('openid-client: a person’s bound tokens, from the push to the next refresh', async (t) => {
  const configuration = await openid.discovery(
    ...([new URL(cluster.issuer.url), 'phone', {}, openid.None()] as const),
    { execute: [openid.allowInsecureRequests], [openid.customFetch]: byName },
  )
  const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const asked = {
    redirect_uri: `${STOCK}/done`,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const url = await openid.buildAuthorizationUrlWithPAR(configuration, asked, { DPoP })
  const page = await cluster.browser().signIn(url.href, 'ada')
  const checks = { pkceCodeVerifier, idTokenExpected: true }
  const callback = new URL(page.url)
  const tokens = await openid.authorizationCodeGrant(configuration, callback, checks, {}, { DPoP })
  const { refresh_token = '' } = tokens
  const next = await openid.refreshTokenGrant(configuration, refresh_token, {}, { DPoP })
  const sub = tokens.claims()?.sub
  const hinges = (accessToken: string, options: openid.DPoPOptions) =>
    openid.fetchProtectedResource(
      ...([configuration, accessToken, new URL('/hinges', STOCK), 'GET'] as const),
      ...([undefined, undefined, options] as const),
    )
  for (const { access_token } of [tokens, next]) {
    t.strictSame(await (await hinges(access_token, { DPoP })).json(), { caller: sub })
  }
  const thief = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'))
  for (const options of [{ DPoP: thief }, {}]) {
    await t.rejects(hinges(next.access_token, options), {
      name: 'WWWAuthenticateChallengeError',
      status: 401,
    })
    const refreshed = openid.refreshTokenGrant(
      ...([configuration, next.refresh_token ?? '', {}, options] as const),
    )
    await t.rejects(refreshed, { name: 'ResponseBodyError', status: 400 })
  }
})

t.test('a bound token ends like every other one', async (t) => {
  const answers: string[] = []
  const spy: typeof fetch = async (url, init) => {
    const answer = await fetch(url, init)
    answers.push(`${new URL(String(url)).pathname} ${answer.status}`)
    return answer
  }
  const calls = robot({ dpop: true, fetch: spy })
  await calls.fetch('/hinges')
  await calls.fetch('/hinges')
  await cluster.end({ kind: 'client', clientId: 'robot' })
  await calls.fetch('/hinges')
  t.strictSame(answers, [
    ...['/token 200', '/hinges 200', '/hinges 200'],
    ...['/hinges 401', '/token 200', '/hinges 200'],
  ])
})
