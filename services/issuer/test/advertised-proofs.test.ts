import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  type AsymmetricAlg,
  clientSigningKey,
  createClientAssertion,
  createDpopProof,
  importPublicJwk,
} from '@latchkey/tokens'
import t from 'tap'
import { PAYMENTS } from './fixtures/client-certificates.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer({ trustedProxy: '127.0.0.1' })
t.teardown(() => issuer.close())
const document = (await issuer.app.inject('/.well-known/openid-configuration')).json()

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const KEYS: Readonly<Record<string, () => KeyObject>> = {
  RS256: rsa,
  PS256: rsa,
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
}
const keyFor = (alg: string) =>
  clientSigningKey(KEYS[alg]?.() ?? rsa(), { alg: alg as AsymmetricAlg })

const MACHINE = { grantTypes: ['client_credentials'], services: [ORDERS] } as const
const { clients } = issuer.directory
const signed = keyFor('ES256')
await clients.save({ id: 'basic', ...MACHINE, secret: SECRET })
await clients.save({
  id: 'post',
  ...MACHINE,
  secret: SECRET,
  authMethod: 'client_secret_post',
})
await clients.save({
  id: 'signed',
  ...MACHINE,
  authMethod: 'private_key_jwt',
  jwks: { keys: [signed.publicJwk] },
})
await clients.save({
  id: 'tls',
  ...MACHINE,
  authMethod: 'tls_client_auth',
  tlsClientName: { kind: 'san_dns', value: 'a.example' },
})

interface Proof {
  readonly form: Record<string, string>
  readonly headers?: Record<string, string>
}
function assertionBy(clientId: string, key: ReturnType<typeof keyFor>): Proof {
  const facts = { clientId, issuer: ISSUER, nowSeconds: issuer.now() }
  return {
    form: {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: createClientAssertion(key, facts),
    },
  }
}
/** How a client of each method sends its proof. */
const PROOFS: Readonly<Record<string, () => Proof>> = {
  client_secret_basic: () => ({
    form: {},
    headers: { authorization: `Basic ${Buffer.from(`basic:${SECRET}`).toString('base64')}` },
  }),
  client_secret_post: () => ({ form: { client_id: 'post', client_secret: SECRET } }),
  private_key_jwt: () => assertionBy('signed', signed),
  tls_client_auth: () => ({
    form: { client_id: 'tls' },
    headers: { 'x-client-cert': encodeURIComponent(PAYMENTS) },
  }),
  none: () => ({ form: { client_id: 'native' } }),
}

const post = (address: string, form: Record<string, string>, proof: Proof) =>
  issuer.app.inject({
    method: 'POST',
    url: address.slice(ISSUER.length),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...proof.headers },
    payload: new URLSearchParams({ ...form, ...proof.form }).toString(),
  })

t.test('RFC 8414 section 2: every way of authentication that is named works', async (t) => {
  const endpoints: [string, Record<string, string>][] = [
    ['token', { grant_type: 'client_credentials' }],
    ['revocation', { token: 'x' }],
    ['introspection', { token: 'x' }],
  ]
  for (const [name, form] of endpoints) {
    const methods: string[] = document[`${name}_endpoint_auth_methods_supported`]
    for (const method of Object.keys(PROOFS)) {
      const isNamed = methods.includes(method)
      t.test(`${name} by ${method}: ${isNamed ? 'taken' : 'refused'}`, async (t) => {
        const proof = PROOFS[method]?.() ?? { form: {} }
        const answer = await post(document[`${name}_endpoint`], form, proof)
        const isKnown = answer.json instanceof Function && answer.statusCode !== 401
        t.equal(isKnown, isNamed)
        // A public client is known, and has no token of its own.
        if (name === 'token' && isNamed) t.equal(answer.statusCode, method === 'none' ? 400 : 200)
      })
    }
    t.strictSame([...methods].sort(), methods.filter((method) => method in PROOFS).sort())
  }
})

t.test('every algorithm that is named for assertions is taken', async (t) => {
  for (const name of ['token', 'revocation', 'introspection']) {
    for (const alg of document[`${name}_endpoint_auth_signing_alg_values_supported`]) {
      const key = keyFor(alg)
      await clients.save({
        id: `signed-${alg}`,
        ...MACHINE,
        authMethod: 'private_key_jwt',
        assertionAlg: alg,
        jwks: { keys: [key.publicJwk] },
      })
      const form = { grant_type: 'client_credentials', token: 'x' }
      const proof = assertionBy(`signed-${alg}`, key)
      t.equal(
        (await post(document[`${name}_endpoint`], form, proof)).statusCode,
        200,
        `${name} ${alg}`,
      )
    }
  }
})

t.test('attack D3: of one assertion that comes 50 times at once, one counts', async (t) => {
  const proof = assertionBy('signed', signed)
  const form = { grant_type: 'client_credentials' }
  const all = Array.from({ length: 50 }, () => post(document.token_endpoint, form, proof))
  const good = (await Promise.all(all)).filter(({ statusCode }) => statusCode === 200)
  t.equal(good.length, 1)
})

t.test('every algorithm that is named for DPoP is taken', async (t) => {
  for (const alg of document.dpop_signing_alg_values_supported) {
    // RFC 9864: another name of the same algorithm.
    const key = keyFor(alg === 'Ed25519' ? 'EdDSA' : alg)
    t.ok(importPublicJwk(key.publicJwk, key.alg))
    const facts = { method: 'POST', uri: document.token_endpoint, nowSeconds: issuer.now() }
    const { headers, form } = PROOFS['client_secret_basic']?.() ?? { form: {} }
    const dpop = createDpopProof(key, facts)
    const answer = await post(
      document.token_endpoint,
      { grant_type: 'client_credentials' },
      { form, headers: { ...headers, dpop } },
    )
    t.equal(answer.json().token_type, 'DPoP', alg)
  }
})

t.test('certificates are named only where one can arrive', async (t) => {
  t.equal(document.tls_client_certificate_bound_access_tokens, true)
  const plain = await testIssuer()
  t.teardown(() => plain.close())
  const without = (await plain.app.inject('/.well-known/openid-configuration')).json()
  t.equal(without.tls_client_certificate_bound_access_tokens, false)
  t.notOk(without.token_endpoint_auth_methods_supported.includes('tls_client_auth'))
})
