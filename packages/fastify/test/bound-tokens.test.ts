import { generateKeyPairSync } from 'node:crypto'
import { clientSigningKey, createDpopProof, type DpopProofFacts } from '@latchkey/tokens'
import type { ClaimProof } from '@latchkey/verifier'
import type { FastifyServerOptions, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import type { LatchkeyOptions } from '../src/index.ts'
import { FORM, INVALID_TOKEN_CHALLENGE, REALM } from './fixtures/bearer-rows.ts'
import { SERVICE } from './fixtures/fake-verifier.ts'
import { guardedApp, listen } from './fixtures/guarded-app.ts'
import { liveService } from './fixtures/live-service.ts'
import { orders } from './fixtures/orders.ts'
import { rawRequest, statusOf } from './fixtures/raw-request.ts'

/** Tokens that are bound to a key or a certificate: RFC 9449 section 7, RFC 8705 section 3. Attacks B17 and D18. */

const key = clientSigningKey(generateKeyPairSync('ed25519').privateKey)
const stranger = clientSigningKey(generateKeyPairSync('ed25519').privateKey)
const HASH = 'c'.repeat(43)
const DPOP = `${REALM.replace('Bearer', 'DPoP')}, algs="ES256 EdDSA Ed25519 PS256"`
const BAD_TOKEN = INVALID_TOKEN_CHALLENGE.replace(REALM, DPOP)
const BAD_PROOF = `${DPOP}, error="invalid_dpop_proof", error_description="The proof of possession is not accepted"`

function proofOf(change: Partial<DpopProofFacts> = {}, holder = key): string {
  return createDpopProof(holder, {
    method: 'GET',
    uri: `${SERVICE}/orders`,
    nowSeconds: Math.floor(Date.now() / 1000),
    accessToken: 'bound',
    ...change,
  })
}
const sent = (dpop: string, authorization = 'DPoP bound') => ({ authorization, dpop })

async function shop(t: Test, options: Partial<LatchkeyOptions> = {}) {
  const { app, verifier } = await guardedApp(t, orders, options)
  const routes = ['GET /orders', 'POST /orders']
  verifier.grant('bound', routes, { cnf: { jkt: key.jkt } })
  verifier.grant('certified', routes, { cnf: { 'x5t#S256': HASH } })
  verifier.grant('other', ['GET /invoices'], { cnf: { jkt: key.jkt } })
  verifier.grant('good', routes)
  verifier.end('ended', 'session_ended')
  return { app, verifier }
}

t.test('RFC 9449 section 7.1: a bound token with its proof is served', async (t) => {
  const { app } = await shop(t)
  const rows: [string, InjectOptions][] = [
    ['a GET', { url: '/orders', headers: sent(proofOf()) }],
    ['with a query, which no proof names', { url: '/orders?page=2', headers: sent(proofOf()) }],
    ['the scheme in small letters', { url: '/orders', headers: sent(proofOf(), 'dpop bound') }],
    ['the scheme in capitals', { url: '/orders', headers: sent(proofOf(), 'DPOP  bound') }],
    [
      'another host in the header',
      { url: '/orders', headers: { ...sent(proofOf()), host: 'evil.example' } },
    ],
    ['a HEAD', { method: 'HEAD', url: '/orders', headers: sent(proofOf({ method: 'HEAD' })) }],
    [
      'a POST',
      {
        method: 'POST',
        url: '/orders',
        headers: sent(proofOf({ method: 'POST' })),
        payload: { n: 1 },
      },
    ],
  ]
  for (const [rule, request] of rows) t.equal((await app.inject(request)).statusCode, 200, rule)
})

t.test('B17 D18 RFC 9449 section 7: every other way is refused, and told how', async (t) => {
  const { app } = await shop(t)
  const used = proofOf()
  await app.inject({ url: '/orders', headers: sent(used) })
  const rows: [rule: string, status: number, challenge: string, headers: Record<string, string>][] =
    [
      ['sent as Bearer', 401, BAD_TOKEN, { authorization: 'Bearer bound' }],
      ['as Bearer with its proof', 401, BAD_TOKEN, sent(proofOf(), 'Bearer bound')],
      ['without a proof', 401, BAD_PROOF, { authorization: 'DPoP bound' }],
      ['the same proof again', 401, BAD_PROOF, sent(used)],
      ['two proofs', 401, BAD_PROOF, sent(`${proofOf()}, ${proofOf()}`)],
      ['garbage', 401, BAD_PROOF, sent('x')],
      ['a proof for another method', 401, BAD_PROOF, sent(proofOf({ method: 'POST' }))],
      ['a proof for another route', 401, BAD_PROOF, sent(proofOf({ uri: `${SERVICE}/invoices` }))],
      [
        'a proof for the Host header',
        401,
        BAD_PROOF,
        sent(proofOf({ uri: 'http://localhost:80/orders' })),
      ],
      ['a proof for another token', 401, BAD_PROOF, sent(proofOf({ accessToken: 'x' }))],
      ['an old proof', 401, BAD_PROOF, sent(proofOf({ nowSeconds: 1_700_000_000 }))],
      ['a proof by another key', 401, BAD_TOKEN, sent(proofOf({}, stranger))],
      ['a token that is bound to nothing', 401, BAD_TOKEN, sent(proofOf(), 'DPoP good')],
      ['an ended token', 401, BAD_TOKEN, sent(proofOf(), 'DPoP ended')],
      ['an unknown token', 401, BAD_TOKEN, sent(proofOf(), 'DPoP unknown')],
      [
        'the scheme without a token',
        400,
        `${DPOP}, error="invalid_request"`,
        sent(proofOf(), 'DPoP'),
      ],
      [
        'no right to the route',
        403,
        `${DPOP}, error="insufficient_scope"`,
        sent(proofOf({ accessToken: 'other' }), 'DPoP other'),
      ],
      [
        'a certificate that nobody looks at',
        401,
        INVALID_TOKEN_CHALLENGE,
        { authorization: 'Bearer certified' },
      ],
    ]
  for (const [rule, status, challenge, headers] of rows) {
    const answer = await app.inject({ url: '/orders', headers })
    t.equal(answer.statusCode, status, rule)
    t.ok(String(answer.headers['www-authenticate']).startsWith(challenge), rule)
    t.equal(answer.headers['cache-control'], 'no-store')
  }
  const form = {
    method: 'POST',
    url: '/orders',
    headers: FORM,
    payload: 'access_token=bound',
  } as const
  t.equal((await app.inject(form)).headers['www-authenticate'], BAD_TOKEN, 'in a form')
  const nobody = await app.inject({ url: '/orders' })
  t.equal(nobody.headers['www-authenticate'], REALM, 'bearer tokens are taken as before')
  t.equal(
    (await app.inject({ url: '/orders', headers: { authorization: 'Bearer good' } })).statusCode,
    200,
  )
})

t.test('D18 section 4.3: two DPoP headers are refused, also when both are good', async (t) => {
  const { app } = await shop(t)
  const port = await listen(app)
  const request = (proofs: readonly string[]) =>
    rawRequest(
      port,
      `GET /orders HTTP/1.1\nHost: a\nAuthorization: DPoP bound\n${proofs.map((proof) => `DPoP: ${proof}\n`).join('')}Connection: close\n\n`,
    )
  t.equal(statusOf(await request([proofOf(), proofOf()])), 401)
  t.equal(statusOf(await request([proofOf()])), 200)
})

t.test('the address of a proof is what the settings say, before the app rewrites it', async (t) => {
  const address = 'https://api.example.com/shop'
  const server: FastifyServerOptions = {
    rewriteUrl: (raw) => String(raw.url).replace('/v1/', '/'),
  }
  const { app, verifier } = await guardedApp(t, orders, { publicAddress: `${address}/`, server })
  verifier.grant('bound', ['GET /orders'], { cnf: { jkt: key.jkt } })
  const statusWith = async (uri: string) =>
    (await app.inject({ url: '/v1/orders', headers: sent(proofOf({ uri })) })).statusCode
  t.equal(await statusWith(`${address}/v1/orders`), 200)
  t.equal(await statusWith(`${address}/orders`), 401)
  t.equal(await statusWith(`${SERVICE}/v1/orders`), 401)
  for (const publicAddress of [
    'api.example.com',
    'ftp://a',
    'https://a/?x',
    'https://a/#x',
    'https://u:p@a',
  ]) {
    await t.rejects(guardedApp(t, orders, { publicAddress }), { code: 'public-address' })
  }
})

t.test('where bound tokens are required no other is taken, but from a session', async (t) => {
  const session = {
    accessToken: () => 'good',
    renew: async () => undefined,
    challenge: () => false,
  }
  const { app } = await shop(t, { dpop: { required: true }, certificateHash: () => HASH })
  const { app: site } = await shop(t, { dpop: { required: true }, session })
  const bearer = await app.inject({ url: '/orders', headers: { authorization: 'Bearer good' } })
  t.equal(bearer.headers['www-authenticate'], BAD_TOKEN)
  const certified = { authorization: 'Bearer certified' }
  t.equal((await app.inject({ url: '/orders', headers: certified })).statusCode, 401)
  t.equal((await app.inject({ url: '/orders' })).headers['www-authenticate'], DPOP)
  t.equal((await app.inject({ url: '/orders', headers: sent(proofOf()) })).statusCode, 200)
  t.equal((await site.inject({ url: '/orders' })).statusCode, 200)
})

t.test(
  'RFC 8705 section 3: the certificate of the request must be that of the token',
  async (t) => {
    const { app } = await shop(t, {
      certificateHash: (request) => request.headers['x-client-cert-sha256'] as string | undefined,
    })
    const answer = (certificate: Record<string, string>) =>
      app.inject({ url: '/orders', headers: { authorization: 'Bearer certified', ...certificate } })
    t.equal((await answer({ 'x-client-cert-sha256': HASH })).statusCode, 200)
    for (const certificate of [{}, { 'x-client-cert-sha256': 'd'.repeat(43) }]) {
      const { statusCode, headers } = await answer(certificate as Record<string, string>)
      t.equal(statusCode, 401)
      t.equal(headers['www-authenticate'], INVALID_TOKEN_CHALLENGE)
    }
  },
)

t.test(
  'a memory of proofs may be shared; when it fails or is full the answer is 503',
  async (t) => {
    let claim: ClaimProof = async () => 'new' as const
    const { app } = await shop(t, { dpop: { claimProof: (...proof) => claim(...proof) } })
    const status = async () =>
      (await app.inject({ url: '/orders', headers: sent(proofOf()) })).statusCode
    t.equal(await status(), 200)
    claim = async () => 'replayed' as const
    t.equal(await status(), 401)
    claim = () => 'full'
    t.equal(await status(), 503)
    claim = async () => {
      throw new Error('the memory is away')
    }
    t.equal(await status(), 503)
  },
)

t.test(
  'a socket is opened with a proof, and goes on with tokens of the same key only',
  async (t) => {
    const { app, verifier, open, refused, guards } = await liveService(t)
    const cnf = { jkt: key.jkt }
    verifier.grant('bound', ['GET /live'], { cnf })
    verifier.grant('fresh', ['GET /live'], { cnf })
    verifier.grant('other', ['GET /live'], { cnf: { jkt: stranger.jkt } })
    const proof = () => sent(proofOf({ uri: `${SERVICE}/live` }))
    t.equal(await refused({ authorization: 'Bearer bound' }), 401)
    const client = await open(proof())
    client.send('hello')
    await new Promise((resolve) => client.once('message', resolve))
    const [guard] = guards
    t.match(await guard?.reauthenticate('fresh'), { kind: 'accepted' })
    for (const token of ['other', 'good']) {
      t.match(
        await guard?.reauthenticate(token),
        { kind: 'refused', reason: 'proof_missing' },
        token,
      )
    }
    t.equal(app.latchkey.verifier, verifier)
  },
)
