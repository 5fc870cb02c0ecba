import { generateKeyPairSync } from 'node:crypto'
import {
  clientSigningKey,
  type DpopExpectation,
  verifyClientJwt,
  verifyDpopProof,
} from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { createServiceClient, type ServiceClientOptions } from '../src/index.ts'
import { json, localCluster, REPORTS, type Received } from './fixtures/local-cluster.ts'

/** Keys instead of secrets: `private_key_jwt` (RFC 7523) and tokens that are bound to a key (RFC 9449). */

const ISSUER = 'http://sso.localhost:4000'
const pair = generateKeyPairSync('ed25519')
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  format: 'jwk',
})
const privateKey = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'orders-1' }

t.test('RFC 7523 section 2.2: a private key in place of the secret', async (t) => {
  const { issuer, service, client, time } = await localCluster(t)
  const services = client({ privateKey })
  await services.as(REPORTS, { address: service.url }).fetch('/a')
  await services.as('http://c.localhost:4003', { address: service.url }).fetch('/a')
  const jtis = new Set<unknown>()
  for (const asked of issuer.received) {
    t.equal(asked.headers.authorization, undefined)
    t.notOk('dpop' in asked.headers, 'and no proof that nobody asked for')
    const form = Object.fromEntries(new URLSearchParams(asked.body))
    t.match(form, {
      grant_type: 'client_credentials',
      client_id: 'orders',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const outcome = verifyClientJwt(String(form['client_assertion']), {
      ...{ keys: [{ kid: 'orders-1', key: pair.publicKey }], alg: 'EdDSA' },
      ...{ typs: ['client-authentication+jwt'], issuer: 'orders', subject: 'orders' },
      ...{ audience: ISSUER, required: ['exp', 'iat', 'jti'], maxLifetimeSeconds: 60 },
      nowSeconds: Math.floor(time.clock.nowMs() / 1000),
    })
    if (outcome.kind === 'invalid') throw new Error(outcome.fault)
    jtis.add(outcome.claims['jti'])
  }
  t.equal(jtis.size, 2, 'an assertion is good for one request')
})

t.test('one kind of credentials, and one only', async (t) => {
  const { client } = await localCluster(t)
  const rows: [Partial<ServiceClientOptions>, string][] = [
    [{ privateKey, clientSecret: 'x' }, 'client-credentials'],
    [{ privateKey: { kty: 'oct', k: 'AAAA' } }, 'jwk-alg'],
    [{ dpop: { kty: 'oct', k: 'AAAA' } }, 'jwk-alg'],
    [{ dpop: { ...rsaKey, alg: 'RS256' } }, 'dpop-alg'],
  ]
  for (const [options, code] of rows) t.throws(() => client(options), { code }, code)
  t.throws(() => createServiceClient({ issuer: ISSUER, clientId: 'orders' }), {
    code: 'client-credentials',
  })
})

/** An issuer that binds tokens, and the facts of what came to it and to the service. */
async function boundCluster(t: Test) {
  const cluster = await localCluster(t)
  const boundToken = (text = 'bound') =>
    json(200, { access_token: text, token_type: 'DPoP', expires_in: 300 })
  const nowSeconds = () => Math.floor(cluster.time.clock.nowMs() / 1000)
  const judge = (received: Received | undefined, more: Omit<DpopExpectation, 'nowSeconds'>) =>
    verifyDpopProof(String(received?.headers['dpop']), { nowSeconds: nowSeconds(), ...more })
  return { ...cluster, boundToken, judge }
}

t.test(
  'RFC 9449 sections 5 and 7.1: the token is bound, and each call proves the key',
  async (t) => {
    const { issuer, service, client, boundToken, judge } = await boundCluster(t)
    issuer.next.push(boundToken())
    const reports = client({ dpop: privateKey }).as(REPORTS, { address: service.url })
    const { jkt } = clientSigningKey(privateKey)
    await reports.fetch('/reports/7?day=1')
    await reports.fetch('/reports/7', { method: 'post' })
    const [asked] = issuer.received
    t.match(asked?.headers.authorization, /^Basic /, 'the credentials are another matter')
    t.match(judge(asked, { method: 'POST', uri: `${ISSUER}/token` }), { kind: /^valid$/, jkt })
    const [get, post] = service.received
    t.equal(get?.headers.authorization, 'DPoP bound')
    const uri = `${REPORTS}/reports/7`
    const first = judge(get, { method: 'GET', uri, accessToken: 'bound' })
    const second = judge(post, { method: 'POST', uri, accessToken: 'bound' })
    t.match(
      [first, second],
      [
        { kind: /^valid$/, jkt },
        { kind: /^valid$/, jkt },
      ],
    )
    t.not(first.kind === 'valid' && first.jti, second.kind === 'valid' && second.jti)
  },
)

t.test('the address of a proof is the one by which the service knows itself', async (t) => {
  const { issuer, service, client, boundToken, judge } = await boundCluster(t)
  const services = client({ dpop: true })
  const rows: [audience: string, publicAddress: string | undefined, uri: string][] = [
    [REPORTS, undefined, `${REPORTS}/a`],
    [REPORTS, 'https://api.example.com/reports', 'https://api.example.com/reports/a'],
    ['reports', undefined, `${service.url}/a`],
    ['urn:example:reports', undefined, `${service.url}/a`],
  ]
  for (const [audience, publicAddress, uri] of rows) {
    issuer.next.push(boundToken())
    const options = publicAddress === undefined ? {} : { publicAddress }
    const calls = services.as(audience, { address: service.url, ...options })
    await calls.fetch('/a')
    const outcome = judge(service.received.at(-1), { method: 'GET', uri, accessToken: 'bound' })
    t.equal(outcome.kind, 'valid', uri)
    t.equal(service.received.at(-1)?.url, '/a')
  }
})

t.test('a key of the process is made once', async (t) => {
  const { issuer, service, client, boundToken, judge } = await boundCluster(t)
  issuer.next.push(boundToken())
  await client({ dpop: true }).as(REPORTS, { address: service.url }).fetch('/a')
  const atIssuer = judge(issuer.received[0], { method: 'POST', uri: `${ISSUER}/token` })
  const atService = judge(service.received[0], { method: 'GET', uri: `${REPORTS}/a` })
  t.ok(atIssuer.kind === 'valid' && atService.kind === 'valid' && atIssuer.jkt === atService.jkt)
})

t.test('section 5: a token of the other kind is not used', async (t) => {
  const { service, issuer, client, boundToken } = await boundCluster(t)
  const bound = client({ dpop: true }).as(REPORTS, { address: service.url })
  await t.rejects(
    bound.fetch('/a'),
    { code: 'bad_answer' },
    'a bearer token for who wants a bound one',
  )
  issuer.next.push(boundToken())
  const bearer = client().as(REPORTS, { address: service.url })
  await t.rejects(bearer.fetch('/a'), { code: 'bad_answer' }, 'and the other way round')
  t.equal(service.received.length, 0)
})

t.test('sections 8 and 9: a nonce that is asked for is sent, from then on', async (t) => {
  const { issuer, service, client, boundToken, judge } = await boundCluster(t)
  const nonceOf = (received: Received | undefined, uri: string, method = 'GET') => {
    const outcome = judge(received, { method, uri })
    return outcome.kind === 'valid' ? outcome.nonce : outcome.fault
  }
  const wants = (nonce: string) =>
    json(401, {}, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce })
  issuer.next.push(json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'i1' }), boundToken())
  const reports = client({ dpop: true }).as(REPORTS, { address: service.url })
  service.next.push(wants('s1'), json(200, {}, { 'dpop-nonce': 's2' }))
  t.equal((await reports.fetch('/a', { method: 'POST', body: 'x' })).status, 200)
  await reports.fetch('/a')
  t.strictSame(
    issuer.received.map((each) => nonceOf(each, `${ISSUER}/token`, 'POST')),
    [undefined, 'i1'],
  )
  t.strictSame(
    service.received.map((each) => nonceOf(each, `${REPORTS}/a`, each.method)),
    [undefined, 's1', 's2'],
  )
  service.next.push(wants('s3'), wants('s4'))
  t.equal((await reports.fetch('/a')).status, 401, 'once')
  issuer.next.push(
    json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'i2' }),
    json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'i3' }),
  )
  const other = client({ dpop: true }).as('http://c.localhost', { address: service.url })
  await t.rejects(other.fetch('/a'), { code: 'use_dpop_nonce' }, 'once')
})
