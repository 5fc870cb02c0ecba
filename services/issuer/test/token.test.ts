import { createPublicKey } from 'node:crypto'
import { decodeJwt } from 'jose'
import t from 'tap'
import { KEY_PAIR_ALGS } from '../src/keys/signing-keys.ts'
import { REPORTS, SECRET, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

t.test('RFC 6749 section 4.4: client credentials', async (t) => {
  t.test('a machine is svc:<client_id>, has its own grants and no refresh token', async (t) => {
    const answer = await issuer.post('/token', {
      grant_type: 'client_credentials',
      resource: REPORTS,
    })
    const body = answer.json()
    t.equal(body.refresh_token, undefined)
    t.equal(body.id_token, undefined)
    t.match(decodeJwt(body.access_token), {
      sub: 'svc:orders',
      aud: REPORTS,
      routes: ['GET /reports/daily'],
      sid: undefined,
    })
  })
  t.test('a machine that asks for a scope is told that it has none', async (t) => {
    const form = { grant_type: 'client_credentials', resource: REPORTS, scope: 'openid' }
    const answer = await issuer.post('/token', form)
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_scope'])
  })
  t.test('attack D15: a public client has no credentials', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials&client_id=native',
    })
    t.equal(answer.json().error, 'unauthorized_client')
  })
  t.test('attack D15: a disabled client is refused', async (t) => {
    await issuer.directory.clients.setDisabled('reports', true)
    const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'reports')
    t.strictSame([answer.statusCode, answer.json().error], [401, 'invalid_client'])
    t.match(answer.headers['www-authenticate'], /^Basic realm=/)
    await issuer.directory.clients.setDisabled('reports', false)
  })
})

t.test('RFC 6749 section 5.2: what goes wrong at the token endpoint', async (t) => {
  const basic = `Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`
  const form = 'application/x-www-form-urlencoded'
  const cases: [string, Record<string, string>, string, number, string][] = [
    [
      'an unknown grant type',
      { 'content-type': form, authorization: basic },
      'grant_type=password',
      400,
      'unsupported_grant_type',
    ],
    [
      'no grant type',
      { 'content-type': form, authorization: basic },
      'x=1',
      400,
      'invalid_request',
    ],
    [
      'JSON',
      { 'content-type': 'application/json', authorization: basic },
      '{}',
      415,
      'invalid_request',
    ],
    [
      'a repeated parameter',
      { 'content-type': form, authorization: basic },
      'grant_type=a&grant_type=b',
      400,
      'invalid_request',
    ],
    ['no client', { 'content-type': form }, 'grant_type=client_credentials', 401, 'invalid_client'],
    [
      'a body that is too large',
      { 'content-type': form, authorization: basic },
      `a=${'x'.repeat(70_000)}`,
      413,
      'invalid_request',
    ],
  ]
  for (const [name, headers, payload, status, code] of cases) {
    t.test(`${name} is ${status} ${code}, never cached`, async (t) => {
      const answer = await issuer.app.inject({ method: 'POST', url: '/token', headers, payload })
      t.strictSame([answer.statusCode, answer.json().error], [status, code])
      t.equal(answer.headers['cache-control'], 'no-store')
      t.match(answer.headers['content-type'], 'application/json')
    })
  }
  t.test('a POST without a body is a form without fields', async (t) => {
    const cases: [url: string, status: number, told?: string][] = [
      ['/token', 401, 'invalid_client'],
      ['/revoke', 401, 'invalid_client'],
      ['/introspect', 401, 'invalid_client'],
      ['/sign-in', 400, 'text/html'],
      ['/authorize', 303],
      ['/logout', 303, ''],
      ['/logout/confirm', 200, 'text/html'],
      ['/userinfo', 401],
    ]
    for (const [url, status, told] of cases) {
      const answer = await issuer.app.inject({ method: 'POST', url })
      t.equal(answer.statusCode, status, url)
      if (told) t.match(`${answer.headers['content-type']} ${answer.body}`, told)
    }
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { authorization: basic },
    })
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_request'])
  })
  t.test(
    'attacks D1 and D2: what is wrong with the authentication is told by its code',
    async (t) => {
      const send = (authorization: string, payload: string) =>
        issuer.app.inject({
          method: 'POST',
          url: '/token',
          headers: { 'content-type': form, authorization },
          payload: `grant_type=client_credentials&${payload}`,
        })
      const cases: [string, string, string, number, string][] = [
        ['two methods at once', basic, `client_secret=${SECRET}`, 400, 'invalid_request'],
        ['another client in the body', basic, 'client_id=reports', 400, 'invalid_request'],
        ['base64 that is none', 'Basic ***', '', 401, 'invalid_client'],
        ['percent-encoding that is none', 'Basic JXo6JQ==', '', 401, 'invalid_client'],
        ['another scheme', `Bearer ${SECRET}`, '', 401, 'invalid_client'],
        ['an assertion', basic, 'client_assertion=x', 401, 'invalid_client'],
      ]
      for (const [name, authorization, payload, status, code] of cases) {
        const answer = await send(authorization, payload)
        t.strictSame([answer.statusCode, answer.json().error], [status, code], name)
        t.equal(answer.headers['www-authenticate'] !== undefined, status === 401)
      }
    },
  )
  t.test('attack D1: a secret in the query is not looked at', async (t) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: `/token?client_id=orders&client_secret=${SECRET}`,
      headers: { 'content-type': form },
      payload: 'grant_type=client_credentials',
    })
    t.equal(answer.json().error, 'invalid_client')
  })
})

t.test('attack L7: the key set holds public keys only', async (t) => {
  const { keys } = (await issuer.app.inject('/jwks')).json()
  t.strictSame(keys.map(({ alg }: { alg: string }) => alg).sort(), [...KEY_PAIR_ALGS].sort())
  for (const key of keys) {
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].filter((name) => name in key)
    t.strictSame(secret, [])
    t.not(key.kty, 'oct')
    t.equal(createPublicKey({ key, format: 'jwk' }).type, 'public')
  }
})
