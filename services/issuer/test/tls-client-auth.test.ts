import { createHash, X509Certificate } from 'node:crypto'
import type { Client } from '@latchkey/directory'
import { decodeJwt } from 'jose'
import t from 'tap'
import { authenticatingEndpoint } from './fixtures/authenticating-endpoint.ts'
import { MULTI, PAYMENTS } from './fixtures/client-certificates.ts'
import { dpopApp } from './fixtures/dpop-app.ts'
import { ISSUER, testIssuer } from './test-issuer.ts'

t.test('RFC 8705 section 2: tls_client_auth', async (t) => {
  const escaped = (pem: string) => encodeURIComponent(`${pem}\n`)
  const form = { client_id: 'tls' }
  const names: [Client['tlsClientName'], string, string][] = [
    [
      { kind: 'subject_dn', value: 'CN=payments,OU=spaced,O=Ömer\\, Söhne \\+ Co,C=DE' },
      PAYMENTS,
      'tls',
    ],
    [{ kind: 'subject_dn', value: 'UID=x \\+ y+CN=multi,O=A/B,DC=example,DC=com' }, MULTI, 'tls'],
    [{ kind: 'subject_dn', value: 'CN=payments' }, PAYMENTS, 'other'],
    [
      { kind: 'subject_dn', value: 'C=DE,O=Ömer\\, Söhne \\+ Co,OU=spaced,CN=payments' },
      PAYMENTS,
      'other',
    ],
    [
      { kind: 'subject_dn', value: 'UID=x \\+ y+CN=multi,O=A/B,DC=example,DC=com' },
      PAYMENTS,
      'other',
    ],
    [{ kind: 'san_dns', value: 'a.example' }, PAYMENTS, 'tls'],
    [{ kind: 'san_dns', value: 'b.EXAMPLE' }, PAYMENTS, 'tls'],
    // The certificate has a URI with this text in it.
    [{ kind: 'san_dns', value: 'evil.example' }, PAYMENTS, 'other'],
    [{ kind: 'san_dns', value: 'a.example' }, MULTI, 'other'],
    [{ kind: 'san_uri', value: 'https://x/a, DNS:evil.example' }, PAYMENTS, 'tls'],
    [{ kind: 'san_uri', value: 'https://x/a' }, PAYMENTS, 'other'],
    [{ kind: 'san_ip', value: '10.0.0.1' }, PAYMENTS, 'tls'],
    [{ kind: 'san_ip', value: '2001:db8:0:0::1' }, PAYMENTS, 'tls'],
    [{ kind: 'san_ip', value: '2001:db8::2' }, PAYMENTS, 'other'],
    [{ kind: 'san_email', value: 'ops@example.com' }, PAYMENTS, 'tls'],
    [{ kind: 'san_email', value: 'OPS@example.com' }, PAYMENTS, 'other'],
    [{ kind: 'san_email', value: 'a.example' }, PAYMENTS, 'other'],
  ]
  for (const [tlsName, pem, expected] of names) {
    t.test(`${tlsName?.kind} ${tlsName?.value}: ${expected}`, async (t) => {
      const call = await authenticatingEndpoint({ tlsName })
      const outcome = expected === 'tls' ? 'tls' : 'invalid_client certificate_of_other'
      t.equal(await call(form, { 'x-client-cert': escaped(pem) }), outcome)
    })
  }
  const tlsName = { kind: 'san_dns', value: 'a.example' } as const
  t.test('attack H8: the header of anybody but the named proxy is not looked at', async (t) => {
    const call = await authenticatingEndpoint({ tlsName })
    const header = { 'x-client-cert': escaped(PAYMENTS) }
    const missing = 'invalid_client certificate_missing'
    t.equal(await call(form, header, '::ffff:10.1.2.3'), 'tls')
    t.equal(await call(form, header, '192.0.2.1'), missing)
    t.equal(await call(form, { ...header, 'x-forwarded-for': '10.1.2.3' }, '192.0.2.1'), missing)
    t.equal(await call(form, {}), missing)
    t.equal(await call(form, { 'x-client-cert': '' }), missing)
  })
  t.test('what is no certificate of now', async (t) => {
    const call = await authenticatingEndpoint({ tlsName })
    for (const text of ['x', '%zz', PAYMENTS.slice(0, 200), 'x'.repeat(20_000)]) {
      const sent = encodeURIComponent(text).replaceAll('%25zz', '%zz')
      t.equal(
        await call(form, { 'x-client-cert': sent }),
        'invalid_request certificate_unusable',
        text.slice(0, 20),
      )
    }
    const header = { 'x-client-cert': escaped(PAYMENTS) }
    for (const day of ['2019-12-31', '2100-01-01']) {
      const then = await authenticatingEndpoint({ tlsName, nowSeconds: Date.parse(day) / 1000 })
      t.equal(await then(form, header), 'invalid_request certificate_unusable', day)
    }
  })
  t.test('a certificate is no way in for clients of other methods', async (t) => {
    const call = await authenticatingEndpoint({ tlsName })
    const header = { 'x-client-cert': escaped(PAYMENTS) }
    t.equal(await call({ client_id: 'basic' }, header), 'invalid_client method_not_registered')
    t.equal(
      await call({ client_id: 'nameless' }, header),
      'invalid_client certificate_name_not_registered',
    )
    t.equal(
      await call({ ...form, client_secret: 'x' }, header),
      'invalid_client method_not_registered',
    )
  })
})

t.test('RFC 8705 section 3: tokens of such a client are bound to its certificate', async (t) => {
  const issuer = await testIssuer({ trustedProxy: '127.0.0.1' })
  t.teardown(() => issuer.close())
  await issuer.directory.clients.save({
    id: 'tls',
    name: 'Payments',
    authMethod: 'tls_client_auth',
    tlsClientName: { kind: 'san_dns', value: 'a.example' },
    grantTypes: ['client_credentials'],
    services: [ISSUER],
    grants: [{ audience: ISSUER, grant: 'GET /admin/v1/users' }],
  })
  const shown = (pem: string) => ({ 'x-client-cert': encodeURIComponent(pem) })
  const token = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    issuer.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: 'grant_type=client_credentials&client_id=tls',
    })
  const answer = await token(shown(PAYMENTS))
  t.match(answer.json(), { token_type: 'Bearer' })
  const hash = createHash('sha256').update(new X509Certificate(PAYMENTS).raw).digest('base64url')
  t.strictSame(decodeJwt(answer.json().access_token)['cnf'], { 'x5t#S256': hash })
  for (const refused of [
    await token({}),
    await token(shown(MULTI)),
    await token(shown(PAYMENTS), '10.0.0.1'),
  ]) {
    t.strictSame([refused.statusCode, refused.json().error], [401, 'invalid_client'])
  }
  t.test('and open the issuer’s own resources beside it only', async (t) => {
    const authorization = `Bearer ${answer.json().access_token}`
    const statusOf = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
      const request = { url: '/admin/v1/users', remoteAddress }
      const { statusCode } = await issuer.app.inject({
        ...request,
        headers: { authorization, ...headers },
      })
      return statusCode
    }
    t.equal(await statusOf(shown(PAYMENTS)), 200)
    t.equal(await statusOf({}), 401)
    t.equal(await statusOf(shown(MULTI)), 401)
    t.equal(await statusOf(shown(PAYMENTS), '10.0.0.1'), 401, 'said by somebody else')
  })
  t.test('with a proof as well, both are needed', async (t) => {
    const app = dpopApp(issuer)
    const both = (await token({ ...shown(PAYMENTS), dpop: app.proof() })).json()
    t.equal(both.token_type, 'DPoP')
    t.strictSame(decodeJwt(both.access_token)['cnf'], { jkt: app.jkt, 'x5t#S256': hash })
    const path = '/admin/v1/users'
    t.equal((await app.get(path, both.access_token, {}, shown(PAYMENTS))).statusCode, 200)
    t.equal((await app.get(path, both.access_token)).statusCode, 401)
  })
})
