import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type LatchkeyOptions, latchkey } from '../src/index.ts'
import { fakeVerifier } from './fixtures/fake-verifier.ts'
import { orders } from './fixtures/orders.ts'

/** What a refused client can read about the service: RFC 9728. */

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

async function serviceAt(t: Test, audience: string, options: Partial<LatchkeyOptions> = {}) {
  const verifier = fakeVerifier(audience)
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  await app.register(latchkey, { verifier, ...options })
  orders(app)
  await app.ready()
  return { app, verifier }
}

t.test(
  'section 3.1: it stands before the path of the audience, and every 401 points at it',
  async (t) => {
    const rows: [audience: string, path: string, address: string][] = [
      ['https://orders.example.com', WELL_KNOWN, `https://orders.example.com${WELL_KNOWN}`],
      ['https://orders.example.com/', WELL_KNOWN, `https://orders.example.com${WELL_KNOWN}`],
      [
        'https://example.com/shop/orders',
        `${WELL_KNOWN}/shop/orders`,
        `https://example.com${WELL_KNOWN}/shop/orders`,
      ],
      ['https://example.com/a:b', `${WELL_KNOWN}/a:b`, `https://example.com${WELL_KNOWN}/a:b`],
      ['https://example.com/?x=1', WELL_KNOWN, `https://example.com${WELL_KNOWN}?x=1`],
    ]
    for (const [audience, path, address] of rows) {
      const { app, verifier } = await serviceAt(t, audience)
      verifier.end('ended', 'session_ended')
      const { statusCode, headers, body } = await app.inject(path)
      t.equal(statusCode, 200, audience)
      t.match(headers, {
        'content-type': /^application\/json/,
        'cache-control': 'public, max-age=3600',
        'access-control-allow-origin': '*',
      })
      t.strictSame(JSON.parse(body), {
        resource: audience,
        authorization_servers: ['http://sso.localhost:4000'],
        bearer_methods_supported: ['header', 'body'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256'],
      })
      for (const authorization of [undefined, 'Bearer ended', 'DPoP ended']) {
        const headers = authorization === undefined ? {} : { authorization }
        const refused = await app.inject({ url: '/orders', headers })
        t.equal(refused.statusCode, 401)
        t.match(refused.headers['www-authenticate'], `, resource_metadata="${address}"`)
      }
    }
  },
)

t.test('section 2: it says what the settings add, and nothing that is empty', async (t) => {
  const { app } = await serviceAt(t, 'https://orders.example.com', {
    resourceMetadata: { name: 'Orders', scopes: ['orders', 'orders:write'] },
    dpop: { required: true },
    certificateHash: () => undefined,
  })
  t.match((await app.inject(WELL_KNOWN)).json(), {
    resource_name: 'Orders',
    scopes_supported: ['orders', 'orders:write'],
    tls_client_certificate_bound_access_tokens: true,
    dpop_bound_access_tokens_required: true,
  })
  const { app: plain } = await serviceAt(t, 'https://orders.example.com', {
    resourceMetadata: { scopes: [] },
  })
  t.notOk('scopes_supported' in (await plain.inject(WELL_KNOWN)).json())
  const bad = { resourceMetadata: { scopes: ['two words'] } }
  await t.rejects(serviceAt(t, 'https://orders.example.com', bad), { code: 'resource-metadata' })
})

t.test('it is no route of the catalogue, and open whatever the verifier says', async (t) => {
  const { app, verifier } = await serviceAt(t, 'https://orders.example.com')
  t.notOk(verifier.published?.some(({ pattern }) => pattern.includes('well-known')))
  t.notOk(app.latchkey.routes.some(({ pattern }) => pattern.includes('well-known')))
  verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
  t.equal(
    (await app.inject({ url: WELL_KNOWN, headers: { authorization: 'Bearer x' } })).statusCode,
    200,
  )
  t.equal((await app.inject({ method: 'HEAD', url: WELL_KNOWN })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: WELL_KNOWN })).statusCode, 404)
  t.equal((await app.inject(`${WELL_KNOWN}/other`)).statusCode, 404)
})

t.test(
  'there is none where the audience is no web address, or where the app wants none',
  async (t) => {
    const rows: [string, Partial<LatchkeyOptions>?][] = [
      ['orders'],
      ['urn:example:orders'],
      ['https://orders.example.com/#here'],
      ['https://orders.example.com', { resourceMetadata: false }],
    ]
    for (const [audience, options] of rows) {
      const { app } = await serviceAt(t, audience, options)
      t.equal((await app.inject(WELL_KNOWN)).statusCode, 404, audience)
      const refused = await app.inject('/orders')
      t.equal(refused.headers['www-authenticate'], `Bearer realm="${audience}"`)
    }
  },
)
