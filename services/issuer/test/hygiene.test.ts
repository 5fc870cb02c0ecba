import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, FastifySchema, LightMyRequestResponse, RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import { validatorsOnDemand } from '../src/http/validators-on-demand.ts'
import { type ListedRoute, routeList } from './fixtures/route-list.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'

const declared: RouteOptions[] = []
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', (route) => void declared.push(route))
})
const issuer = await testIssuer()
t.teardown(() => issuer.close())

/**
 * What answers at each address: `form` and `json` are for programs that send those (and `simplejwt`, with errors of its own
 * form), `read` for programs that send nothing (or frames of the feed, which have a test of their own), `page` is for people.
 */
type Kind = 'form' | 'json' | 'simplejwt' | 'read' | 'page'
const KINDS: Record<string, Kind> = {
  '/': 'page',
  '/authorize': 'page',
  '/sign-in': 'page',
  '/sign-in/code': 'page',
  '/sign-in/new-password': 'page',
  '/account/one-time-code': 'page',
  '/consent': 'page',
  '/select-account': 'page',
  '/withdraw': 'page',
  '/device': 'page',
  '/device/account': 'page',
  '/device/decision': 'page',
  '/logout': 'page',
  '/logout/confirm': 'page',
  '/logout/status': 'page',
  '/errors/:code': 'page',
  '/token': 'form',
  '/par': 'form',
  '/device_authorization': 'form',
  '/register': 'json',
  '/register/:client_id': 'json',
  '/revoke': 'form',
  '/introspect': 'form',
  '/userinfo': 'form',
  '/jwks': 'read',
  '/.well-known/openid-configuration': 'read',
  '/.well-known/oauth-authorization-server': 'read',
  '/.well-known/ssf-configuration': 'read',
  '/status-lists/:list': 'read',
  '/global-token-revocation': 'json',
  '/ssf/streams': 'json',
  '/ssf/streams/:stream_id/poll': 'json',
  '/ssf/status': 'json',
  '/ssf/subjects/add': 'json',
  '/ssf/subjects/remove': 'json',
  '/ssf/verification': 'json',
  '/feed': 'read',
  '/feed/poll': 'read',
  '/session/ticket': 'form',
  '/session/events': 'read',
  '/healthz': 'read',
  '/readyz': 'read',
  '/probe': 'read',
  '/api/token/obtain': 'json',
  '/api/token/refresh': 'json',
  '/api/token/verify': 'json',
  '/api/token/revoke': 'json',
  '/api/token/simplejwt': 'simplejwt',
  '/api/token/simplejwt/': 'simplejwt',
  '/api/token/simplejwt/refresh': 'simplejwt',
  '/api/token/simplejwt/refresh/': 'simplejwt',
  '/api/token/simplejwt/verify': 'simplejwt',
  '/api/token/simplejwt/verify/': 'simplejwt',
  '/api/token/simplejwt/blacklist': 'simplejwt',
  '/api/token/simplejwt/blacklist/': 'simplejwt',
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]
const FORM = 'application/x-www-form-urlencoded'
const routes = routeList(issuer.app)
// Those of the admin API have a table of their own: admin-matrix.test.ts.
for (const { url } of routes) if (url.startsWith('/admin/v1/')) KINDS[url] = 'json'
// What they answer otherwise: scim/.
for (const { url } of routes) if (url.startsWith('/scim/v2/')) KINDS[url] = 'json'
const admin = (await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')).json()
await issuer.directory.clients.save({
  id: 'provisioning',
  secret: SECRET,
  grantTypes: ['client_credentials'],
  services: [ISSUER],
  grants: [{ audience: ISSUER, grant: '* /scim/v2/*' }],
})
const scim = (
  await issuer.post('/token', { grant_type: 'client_credentials' }, 'provisioning')
).json()
await issuer.changeClient('reports', { signals: true, services: [ORDERS, ISSUER] })
const form = { grant_type: 'client_credentials', resource: ISSUER, scope: 'ssf.manage' }
const receiver = (await issuer.post('/token', form, 'reports')).json()

await issuer.changeClient('support', {
  grants: [{ audience: ISSUER, grant: 'POST /global-token-revocation' }],
})
const revoker = (
  await issuer.post('/token', { grant_type: 'client_credentials' }, 'support')
).json()

function tokenFor(url: string): string | undefined {
  if (url.startsWith('/admin/')) return admin.access_token
  if (url.startsWith('/scim/')) return scim.access_token
  if (url === '/global-token-revocation') return revoker.access_token
  return url.startsWith('/ssf/') ? receiver.access_token : undefined
}

t.test('every address has a row here, and every row an address', async (t) => {
  t.strictSame(routes.map(({ url }) => url).sort(), Object.keys(KINDS).sort())
})

/** RFC 6749 section 5.2: which characters may stand in a description. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/

/** What holds for every error: nobody keeps it, nothing from inside is in it, and it is what its reader can read. */
function isProperError(t: Test, route: ListedRoute, name: string, answer: LightMyRequestResponse) {
  const { headers, body } = answer
  t.match(headers['cache-control'], 'no-store', name)
  t.equal(headers['x-content-type-options'], 'nosniff', name)
  t.notMatch(body, /\bat .+:\d+:\d+|node_modules|\.ts\b|FST_|ERR_|SQLITE|Error:/, name)
  if (KINDS[route.url] === 'page') {
    t.match(headers['content-type'], 'text/html', name)
    t.match(headers['content-security-policy'], "frame-ancestors 'none'", name)
    return
  }
  if (route.url.startsWith('/admin/v1/')) {
    t.match(headers['content-type'], 'application/problem+json', name)
    t.match(answer.json(), { status: answer.statusCode, code: /^[a-z_-]+$/ }, name)
    t.match(answer.json().detail, /^[\x20-\x7e]+$/, name)
    return
  }
  if (route.url.startsWith('/scim/v2/')) {
    t.match(headers['content-type'], 'application/scim+json', name)
    t.match(answer.json(), { status: String(answer.statusCode), detail: /^[\x20-\x7e]+$/ }, name)
    return
  }
  t.match(headers['content-type'], 'application/json', name)
  if (KINDS[route.url] === 'simplejwt' && answer.statusCode !== 405) {
    const { detail, code, ...more } = answer.json()
    t.match(detail, /^[\x20-\x7e]+$/, name)
    t.match(code, /^[a-z_]+$/, name)
    t.strictSame(more, {}, name)
    return
  }
  const { error, error_description: description = '', ...more } = answer.json()
  t.match(error, /^[a-z_-]+$/, name)
  t.match(description, DESCRIPTION, name)
  t.strictSame(more, {}, name)
}

async function ask(
  route: ListedRoute,
  method: Method,
  headers: Record<string, string> = {},
  payload?: string | Buffer,
  query = '',
): Promise<LightMyRequestResponse> {
  const isPage = KINDS[route.url] === 'page'
  const token = tokenFor(route.url)
  return await issuer.app.inject({
    method,
    url: route.url.replaceAll(/:\w+/g, 'u_1') + query,
    headers: {
      accept: isPage ? 'text/html' : '*/*',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(payload !== undefined && { payload }),
  })
}

for (const route of routes) {
  const kind = KINDS[route.url]
  t.test(
    `RFC 9110 section 15.5.6: ${route.url} names its methods to whoever uses another`,
    async (t) => {
      const others = METHODS.filter((method) => !route.methods.includes(method))
      for (const method of others) {
        const answer = await ask(route, method)
        t.equal(answer.statusCode, 405, method)
        const allowed = String(answer.headers.allow).split(', ')
        t.strictSame(allowed.sort(), [...route.methods].sort(), method)
        if (method === 'HEAD') continue
        isProperError(t, route, method, answer)
        if (route.url.startsWith('/admin/v1/')) t.equal(answer.json().code, 'method-not-allowed')
        else if (answer.headers['content-type']?.startsWith('application/json'))
          t.match(answer.json().error_description, 'Allow', method)
      }
    },
  )
  const writing = (['POST', 'PUT', 'PATCH'] as const).find((method) =>
    route.methods.includes(method),
  )
  if (writing === undefined || kind === undefined || kind === 'read') continue

  const isJson = kind === 'json' || kind === 'simplejwt'
  const own = isJson ? 'application/json' : FORM
  // Many people at once; its own test asks for more than that.
  const takesMore =
    /^\/(admin\/v1\/(users\/import|cluster\/(plan|apply))|scim\/v2\/(Users|Groups)(\/:id)?)$/.test(
      route.url,
    )
  const unread: [string, Record<string, string>, string | Buffer, number][] = [
    ['another media type', { 'content-type': isJson ? FORM : 'application/json' }, '{}', 415],
    ['text', { 'content-type': 'text/plain' }, 'a=1', 415],
    ['XML', { 'content-type': 'application/xml' }, '<a/>', 415],
    ['several parts', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--', 415],
    ['no media type', {}, 'a=1', 415],
    ['a media type that is none', { 'content-type': 'nonsense' }, 'a=1', 415],
    [
      '64 KiB and one byte',
      { 'content-type': own },
      `a=${'x'.repeat(65_535)}`,
      takesMore ? 400 : 413,
    ],
  ]
  const unreadable: typeof unread = isJson
    ? [
        ['JSON that ends early', { 'content-type': own }, '{"a":', 400],
        ['JSON with a prototype', { 'content-type': own }, '{"__proto__":{"a":1}}', 400],
        ['JSON that is no object', { 'content-type': own }, '[]', 400],
        ['a member twice', { 'content-type': own }, '{"a":"1","a":"2"}', 400],
        ['a member twice in another spelling', { 'content-type': own }, '{"a":1,"\\u0061":2}', 400],
        [
          'JSON that is no UTF-8',
          { 'content-type': own },
          Buffer.from('{"a":"\xff"}', 'latin1'),
          400,
        ],
        ['JSON without end of depth', { 'content-type': own }, '['.repeat(60_000), 400],
      ]
    : [
        ['a parameter twice', { 'content-type': own }, 'scope=a&scope=b', 400],
        ['an unknown parameter twice', { 'content-type': own }, 'x-1=a&x-1=b', 400],
        ['broken percent-encoding', { 'content-type': own }, 'scope=%zz', 400],
        ['broken percent-encoding in a name', { 'content-type': own }, '%=1', 400],
        ['broken UTF-8', { 'content-type': own }, 'scope=%ff%fe', 400],
        [
          '65 parameters',
          { 'content-type': own },
          Array.from({ length: 65 }, (_, i) => `p${i}=1`).join('&'),
          400,
        ],
      ]
  // A route whose method takes no body reads none.
  const takesBody = !isJson || !/\/(disable|enable)$/.test(route.url)
  t.test(`${writing} ${route.url} refuses what it cannot read`, async (t) => {
    for (const [name, headers, payload, status] of [...unread, ...(takesBody ? unreadable : [])]) {
      const answer = await ask(route, writing, headers, payload)
      t.equal(answer.statusCode, status, name)
      isProperError(t, route, name, answer)
      if (kind === 'form') t.equal(answer.json().error, 'invalid_request', name)
      if (kind !== 'form' && kind !== 'json') continue
      const { error_description, detail = error_description } = answer.json()
      if (status === 413) t.match(detail, 'too large', name)
      if (status === 415) t.match(detail, 'content type', name)
    }
    if (!takesBody) return
    t.not((await ask(route, writing)).statusCode, 500, 'nothing at all')
  })
  if (isJson) continue
  t.test(`${writing} ${route.url} survives bytes that are no text`, async (t) => {
    const noise = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    const answer = await ask(route, writing, { 'content-type': FORM }, noise)
    t.ok(answer.statusCode >= 300 && answer.statusCode < 500, String(answer.statusCode))
    t.match(answer.headers['cache-control'], 'no-store')
  })
}

/** The schemas by which Fastify judges requests. */
const JUDGING = ['body', 'querystring', 'params'] as const

t.test('of every schema of every route a validator can be made', async (t) => {
  const compile = validatorsOnDemand()
  let made = 0
  for (const { schema, method, url } of declared) {
    for (const part of JUDGING) {
      const judged = (schema as FastifySchema | undefined)?.[part]
      if (judged === undefined) continue
      const validate = compile({ schema: judged, httpPart: part, url, method: String(method) })
      t.doesNotThrow(() => validate(undefined), `${method} ${url} ${part}`)
      made++
    }
    t.notOk(schema?.headers ?? schema?.response, `${url} has others, too`)
  }
  t.ok(made > 200, `${made} schemas`)
})

t.test('a validator is made when it is first asked, and tells why it refuses', async (t) => {
  const compile = validatorsOnDemand()
  const validatorOf = (schema: object) =>
    compile({ schema, httpPart: 'body', url: '/', method: 'POST' })
  const impossible = validatorOf({ type: 'nothing' })
  t.throws(() => impossible({}), /schema is invalid/)
  const validate = validatorOf({ type: 'object', properties: { a: { type: 'integer' } } })
  t.strictSame([validate({ a: 1 }), validate.errors], [true, null])
  t.equal(validate({ a: '1' }), false)
  t.match(validate.errors, [{ instancePath: '/a', message: 'must be integer' }])
  t.strictSame([validate({ a: 2 }), validate.errors], [true, null])
})

t.test('a query that cannot be read', async (t) => {
  const readers = ['/authorize', '/logout', '/', '/device', '/account/one-time-code']
  for (const url of readers) {
    const route = routes.find((one) => one.url === url)
    if (!route) throw new Error(`no route ${url}`)
    for (const query of ['?state=1&state=2', '?state=%zz', '?%ff=1', `?${'a=1&'.repeat(65)}`]) {
      const answer = await ask(route, 'GET', {}, undefined, query)
      t.equal(answer.statusCode, 400, `${url}${query.slice(0, 20)}`)
      isProperError(t, route, url, answer)
    }
  }
})

t.test('RFC 6749 section 5.2: a grant type that is unknown, or not the client’s', async (t) => {
  const cases: [string, string, string][] = [
    ['password', 'orders', 'unsupported_grant_type'],
    ['implicit', 'orders', 'unsupported_grant_type'],
    ['__proto__', 'orders', 'unsupported_grant_type'],
    ['toString', 'orders', 'unsupported_grant_type'],
    ['authorization_code', 'reports', 'unauthorized_client'],
    ['refresh_token', 'reports', 'unauthorized_client'],
  ]
  for (const [grantType, clientId, error] of cases) {
    const answer = await issuer.post('/token', { grant_type: grantType }, clientId)
    t.strictSame([answer.statusCode, answer.json().error], [400, error], grantType)
  }
})
