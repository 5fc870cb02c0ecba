import type { FastifyRequest, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { singleHeader } from '../src/http/single-header.ts'
import { AUTHORIZE, hiddenFields, ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'
import { verdict } from './verdict.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { tokensOf } = tokenRequests(issuer)

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

async function ask(
  method: Method,
  url: string,
  headers: Record<string, string> = {},
  payload?: string | object,
): Promise<LightMyRequestResponse> {
  return await issuer.app.inject({
    method,
    url,
    headers,
    ...(payload !== undefined && { payload }),
  })
}

async function bearer(clientId = 'operator'): Promise<Record<string, string>> {
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, clientId)
  return { authorization: `Bearer ${answer.json().access_token}` }
}

/** RFC 6749 section 5.1, RFC 9700 section 4.2.4: what holds for every answer. */
function isCareful(t: Test, name: string, { headers }: LightMyRequestResponse): void {
  t.strictSame(
    [headers['cache-control'], headers['x-content-type-options'], headers['referrer-policy']],
    ['no-store', 'nosniff', 'no-referrer'],
    name,
  )
}

t.test(
  'RFC 9110 section 15.5.6: another method is 405 and hears which ones are right',
  async (t) => {
    const addresses: [string, string][] = [
      ['/', 'HEAD, GET'],
      ['/authorize', 'HEAD, GET, POST'],
      ['/sign-in', 'HEAD, GET, POST'],
      ['/logout', 'HEAD, GET, POST'],
      ['/logout/confirm', 'POST'],
      ['/token', 'OPTIONS, POST'],
      ['/revoke', 'OPTIONS, POST'],
      ['/introspect', 'POST'],
      ['/userinfo', 'HEAD, GET, OPTIONS, POST'],
      ['/jwks', 'HEAD, GET'],
      ['/.well-known/openid-configuration', 'HEAD, GET'],
      ['/.well-known/oauth-authorization-server', 'HEAD, GET'],
      ['/feed', 'HEAD, GET'],
      ['/healthz', 'HEAD, GET'],
      ['/readyz', 'HEAD, GET'],
      ['/admin/v1/users', 'HEAD, GET, POST'],
      ['/admin/v1/users/u_1', 'HEAD, GET, PATCH, DELETE'],
      ['/admin/v1/users/u_1/sessions', 'HEAD, GET'],
      ['/admin/v1/users/u_1/disable', 'POST'],
      ['/admin/v1/users/u_1/enable', 'POST'],
      ['/admin/v1/users/u_1/password', 'PUT'],
      ['/admin/v1/ends', 'POST'],
      ['/admin/v1/verifiers', 'HEAD, GET'],
    ]
    for (const [url, allowed] of addresses) {
      for (const method of METHODS) {
        const answer = await ask(method, `${url}?state=1`)
        if (allowed.split(', ').includes(method)) {
          t.notMatch([404, 405, 500], [answer.statusCode], `${method} ${url}`)
          continue
        }
        const { statusCode, headers } = answer
        const named = String(headers.allow).split(', ').sort()
        t.strictSame([statusCode, named], [405, allowed.split(', ').sort()], `${method} ${url}`)
        isCareful(t, `${method} ${url}`, answer)
      }
    }
    t.test('also when the request names a host in its first line', async (t) => {
      t.equal((await ask('DELETE', 'http://evil.example/token')).statusCode, 405)
    })
  },
)

t.test('what is nowhere is 404, and nothing of it is repeated', async (t) => {
  for (const url of ['/nowhere%3Cscript%3E', '/token/', '//token']) {
    const answer = await ask('GET', url)
    const error_description = 'there is nothing at this address'
    t.equal(answer.statusCode, 404, url)
    t.strictSame(answer.json(), { error: 'invalid_request', error_description }, url)
    isCareful(t, url, answer)
  }
  t.test('in the admin API it is a problem (RFC 9457)', async (t) => {
    const answer = await ask('GET', '/admin/v1/users/u_1/nothing')
    t.match(answer.headers['content-type'], 'application/problem+json')
    t.match(answer.json(), { code: 'no-such-address', status: 404 })
    t.notMatch(answer.body, 'u_1')
    isCareful(t, 'a problem', answer)
  })
  t.test('people get a page in their language', async (t) => {
    const headers = { accept: 'text/html,*/*', 'accept-language': 'zh-CN' }
    const answer = await ask('GET', '/nowhere%3Cscript%3E', headers)
    t.match(answer.headers['content-type'], 'text/html')
    t.match(answer.body, '<html lang="zh-CN"')
    t.notMatch(answer.body, 'nowhere')
    isCareful(t, 'the page', answer)
  })
  t.test('what cannot be read at all is told by its status alone', async (t) => {
    for (const [url, status] of [
      ['/status-lists/%zz', 400],
      [`/status-lists/${'x'.repeat(300)}`, 414],
      ['/admin/v1/users/%zz', 400],
      [`/admin/v1/users/${'x'.repeat(300)}`, 414],
    ] as const) {
      const answer = await ask('GET', url)
      t.equal(answer.statusCode, status)
      if (url.startsWith('/admin/')) t.match(answer.json(), { code: 'invalid_request', status })
      else t.equal(answer.body, '{"error":"invalid_request"}')
      t.equal(answer.headers['cache-control'], 'no-store')
    }
  })
})

t.test('no answer is kept by a cache, but for the two that are for everybody', async (t) => {
  const browser = issuer.browser()
  await browser.signIn('ada')
  const { access_token, refresh_token } = await tokensOf()
  const admin = await bearer()
  const sub = await issuer.sub('bob')
  const answers: Record<string, LightMyRequestResponse> = {
    page: await browser.get('/'),
    'sign-in page': await issuer.browser().get(`/authorize?${new URLSearchParams(AUTHORIZE)}`),
    'answer at the app': await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`),
    'posted request': await browser.submit('/authorize', AUTHORIZE),
    'sign-out question': await browser.get('/logout'),
    'error page': await browser.get('/authorize'),
    tokens: await issuer.post('/token', { grant_type: 'refresh_token', refresh_token }),
    'token error': await issuer.post('/token', {}),
    introspection: await issuer.post('/introspect', { token: access_token }),
    revocation: await issuer.post('/revoke', { token: access_token }),
    'no credentials': await ask('GET', '/userinfo'),
    'admin: users': await ask('GET', '/admin/v1/users', admin),
    'admin: sessions': await ask('GET', `/admin/v1/users/${sub}/sessions`, admin),
    'admin: verifiers': await ask('GET', '/admin/v1/verifiers', admin),
    'admin: enabled': await ask('POST', `/admin/v1/users/${sub}/enable`, admin),
    'admin: refused': await ask('POST', '/admin/v1/ends', admin, {}),
    'admin: no token': await ask('GET', '/admin/v1/users'),
    alive: await ask('GET', '/healthz'),
  }
  for (const [name, answer] of Object.entries(answers)) isCareful(t, name, answer)
  for (const url of ['/jwks', '/.well-known/openid-configuration']) {
    t.equal((await ask('GET', url)).headers['cache-control'], 'public, max-age=300')
  }
})

t.test('attacks C8, H6: hostile text in every parameter of every endpoint', async (t) => {
  const hostile = [
    '\0',
    'a\r\nset-cookie: x=y',
    '\x1b[31m\u202e',
    '<script>alert(1)</script>',
    '__proto__',
    'x'.repeat(9000),
    '\u{1f4a9}'.repeat(300),
    '%00',
    '-1',
    '1e400',
    ' ',
  ]
  const browser = issuer.browser()
  const page = await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
  const signIn = { ...hiddenFields(page.body), username: 'ada', password: 'wrong' }
  const jar = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const basic = `Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`
  const more = { prompt: '', max_age: '', login_hint: '', id_token_hint: '', ui_locales: '' }
  const endpoints: [string, Record<string, string>, Record<string, string>][] = [
    ['GET /authorize', {}, { ...AUTHORIZE, ...more, resource: '', request: '', response_mode: '' }],
    ['POST /sign-in', { cookie: jar, 'sec-fetch-site': 'same-origin' }, signIn],
    [
      'GET /logout',
      {},
      { id_token_hint: '', client_id: '', post_logout_redirect_uri: '', state: '', ui_locales: '' },
    ],
    ['POST /logout/confirm', { cookie: jar }, { csrf: '', request: '' }],
    [
      'POST /token',
      { authorization: basic },
      {
        ...{ grant_type: 'authorization_code', code: '', redirect_uri: '', code_verifier: '' },
        ...{ client_id: '', client_secret: '' },
      },
    ],
    [
      'POST /token',
      { authorization: basic },
      { grant_type: 'refresh_token', refresh_token: '', scope: '', resource: '' },
    ],
    [
      'POST /token',
      { authorization: basic },
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        ...{ subject_token: '', subject_token_type: '', requested_token_type: '', audience: '' },
      },
    ],
    ['POST /revoke', { authorization: basic }, { token: '', token_type_hint: '' }],
    ['POST /introspect', { authorization: basic }, { token: '' }],
    ['POST /userinfo', {}, { access_token: '' }],
  ]
  for (const [endpoint, headers, parameters] of endpoints) {
    const [method, url] = endpoint.split(' ') as [Method, string]
    await t.test(`${endpoint} ${parameters['grant_type'] ?? ''}`, async (t) => {
      for (const name of Object.keys(parameters)) {
        for (const text of hostile) {
          const form = new URLSearchParams({ ...parameters, [name]: text }).toString()
          const answer =
            method === 'GET'
              ? await ask(method, `${url}?${form}`, headers)
              : await ask(method, url, { ...FORM, ...headers }, form)
          const isFault =
            answer.statusCode >= 500 ||
            answer.body.includes('<script') ||
            String(answer.headers['set-cookie']).includes('x=y') ||
            answer.headers['cache-control'] !== 'no-store'
          if (isFault) t.fail(`${name}=${JSON.stringify(text.slice(0, 40))}`, answer)
        }
      }
      t.pass('is answered, and never by a fault')
    })
  }
  t.test('a form that carries 60 KB through the sign-in page comes back whole', async (t) => {
    const request = new URLSearchParams({ ...AUTHORIZE, extra: 'y'.repeat(50_000) }).toString()
    // Later: so many strange names and passwords were taken for guessing.
    issuer.advance(3600)
    const form = new URLSearchParams({ ...signIn, request }).toString()
    const answer = await ask('POST', '/sign-in', { ...FORM, cookie: jar }, form)
    t.equal(answer.statusCode, 401)
    t.equal(hiddenFields(answer.body)['request'], request)
  })
  t.test('the name of a parameter is repeated only where it could be one', async (t) => {
    const plain = await ask('POST', '/token', FORM, 'grant_type=1&grant_type=2')
    t.equal(plain.json().error_description, 'the parameter grant_type is repeated')
    const text = encodeURIComponent('Call 0800 123, your account is locked')
    const foreign = await ask('GET', `/authorize?${text}=1&${text}=2`)
    t.equal(foreign.statusCode, 400)
    t.notMatch(foreign.body, '0800')
  })
})

t.test(
  'RFC 6749 appendix B: the media type of a form, in every spelling, and no other',
  async (t) => {
    const payload = 'grant_type=nothing&client_id=native'
    const types: [string, number][] = [
      ['application/x-www-form-urlencoded', 400],
      ['application/x-www-form-urlencoded; charset=UTF-8', 400],
      ['Application/X-WWW-Form-Urlencoded;charset=utf-8', 400],
      ['application/x-www-form-urlencoded-not', 415],
      ['text/plain', 415],
      ['application/json', 415],
      ['multipart/form-data; boundary=x', 415],
      ['nonsense', 415],
    ]
    for (const [type, status] of types) {
      const answer = await ask('POST', '/token', { 'content-type': type }, payload)
      const code = status === 415 ? 'invalid_request' : 'unsupported_grant_type'
      t.strictSame([answer.statusCode, answer.json().error], [status, code], type)
      if (status === 415) t.match(answer.json().error_description, 'x-www-form-urlencoded', type)
    }
  },
)

t.test('RFC 6750 section 3: bearer tokens that are sent wrongly', async (t) => {
  const { access_token } = await tokensOf(undefined, { resource: ISSUER })
  const cases: [string, string, number, string | undefined][] = [
    ['another scheme is no credential', 'Basic b3JkZXJzOng=', 401, undefined],
    ['a scheme that only begins alike', `Bearers ${access_token}`, 401, undefined],
    ['the scheme in any case', `bEARER ${access_token}`, 200, undefined],
    ['no token', 'Bearer', 400, 'invalid_request'],
    ['two tokens', `Bearer ${access_token} ${access_token}`, 400, 'invalid_request'],
    ['quotes', `Bearer "${access_token}"`, 400, 'invalid_request'],
    ['a token that is none', 'Bearer x', 401, 'invalid_token'],
  ]
  for (const [name, authorization, status, error] of cases) {
    t.test(`${name}: ${status}`, async (t) => {
      const answer = await ask('GET', '/userinfo', { authorization })
      t.equal(answer.statusCode, status)
      const challenge = answer.headers['www-authenticate']
      const said =
        error === undefined
          ? ', DPoP realm="latchkey", algs="ES256 EdDSA Ed25519 PS256"'
          : `, error="${error}"`
      if (status !== 200) t.equal(challenge, `Bearer realm="latchkey"${said}`)
    })
  }
  t.test('too little scope is told which one is needed', async (t) => {
    const tokens = await tokensOf(undefined, { resource: ISSUER, scope: 'profile' })
    const authorization = `Bearer ${tokens.access_token}`
    const answer = await ask('GET', '/userinfo', { authorization })
    t.strictSame(
      [answer.statusCode, answer.headers['www-authenticate']],
      [403, 'Bearer realm="latchkey", error="insufficient_scope", scope="openid"'],
    )
  })
  t.test('in the header and in the form', async (t) => {
    const headers = { ...FORM, authorization: `Bearer ${access_token}` }
    const answer = await ask('POST', '/userinfo', headers, `access_token=${access_token}`)
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_request'])
  })
  t.test('two Authorization headers are refused, whichever Node would take', async (t) => {
    const request = (rawHeaders: string[]) =>
      ({ raw: { rawHeaders }, headers: { authorization: rawHeaders[1] } }) as FastifyRequest
    const twice = ['Authorization', 'Bearer a', 'authorization', 'Bearer b']
    t.equal(
      verdict(() => singleHeader(request(twice), 'authorization')),
      'invalid_request authorization_repeated',
    )
    const once = request(['Authorization', 'Bearer a', 'X', 'y'])
    t.equal(singleHeader(once, 'authorization'), 'Bearer a')
  })
})

t.test('RFC 7009 section 2.1: a token of another client is refused, and lives on', async (t) => {
  const tokens = await tokensOf(undefined, { resource: ORDERS })
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    const answer = await issuer.post('/revoke', { token }, 'reports')
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_grant'])
    const about = await issuer.post('/introspect', { token })
    t.match(about.json(), { active: true })
  }
})
