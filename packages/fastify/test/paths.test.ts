import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import { GOOD } from './fixtures/bearer-rows.ts'
import { guardedApp, listen } from './fixtures/guarded-app.ts'
import { rawRequest, statusOf } from './fixtures/raw-request.ts'

/** Answers with the route that Fastify ran, so that a test sees both decisions. */
function echo(app: FastifyInstance): void {
  for (const url of ['/admin', '/admin/users/:id', '/files/*', '/user', '/users', '/users/:id']) {
    app.get(url, async (request) => ({ url, params: request.params }))
  }
  app.get('/public', { config: { public: true } }, async () => ({ url: '/public' }))
  app.get('/public/*', { config: { public: true } }, async () => ({ url: '/public/*' }))
}

/** What a caller may who has every right but the admin's. */
const GRANTS = ['GET /files/*', 'GET /user', 'GET /users/:id']

interface PathRow {
  name: string
  /** The request line's target, sent byte for byte. */
  target: string
  /** For each way to set up the router: what a caller without the right to /admin gets. */
  strict: number
  loose: number
}

const PATHS: PathRow[] = [
  { name: 'F1 two slashes first', target: '//admin', strict: 404, loose: 403 },
  { name: 'F1 two slashes inside', target: '/admin//users/5', strict: 404, loose: 403 },
  { name: 'F1 dot segment', target: '/./admin', strict: 404, loose: 404 },
  { name: 'F1 dot-dot under a public prefix', target: '/public/../admin', strict: 200, loose: 200 },
  {
    name: 'F1 encoded dot-dot under a public prefix',
    target: '/public/%2e%2e/admin',
    strict: 200,
    loose: 200,
  },
  {
    name: 'F1 dot-dot and an encoded slash',
    target: '/public/..%2fadmin',
    strict: 200,
    loose: 200,
  },
  { name: 'F1 dot-dot under a wildcard', target: '/files/../admin', strict: 200, loose: 200 },
  { name: 'F2 an encoded letter', target: '/%61dmin/users/5', strict: 403, loose: 403 },
  {
    name: 'F3 an encoded slash is no segment',
    target: '/admin%2fusers%2f5',
    strict: 404,
    loose: 404,
  },
  {
    name: 'F3 an encoded slash in a parameter',
    target: '/admin/users/5%2f6',
    strict: 403,
    loose: 403,
  },
  { name: 'F3 a doubly encoded slash', target: '/admin/users/5%252f6', strict: 403, loose: 403 },
  { name: 'F3 a backslash', target: '/admin\\users\\5', strict: 404, loose: 404 },
  {
    name: 'F3 an encoded backslash in a parameter',
    target: '/admin/users/..%5c',
    strict: 403,
    loose: 403,
  },
  { name: 'F4 absolute form', target: 'http://evil.example/admin', strict: 403, loose: 403 },
  {
    name: 'F4 absolute form naming a public path as host',
    target: 'http://public/admin',
    strict: 403,
    loose: 403,
  },
  { name: 'F5 a semicolon', target: '/admin;x=1', strict: 404, loose: 403 },
  {
    name: 'F5 a semicolon after a parameter',
    target: '/admin/users/5;jsessionid=1',
    strict: 403,
    loose: 403,
  },
  { name: 'F6 a public path in the query', target: '/admin?x=/public/', strict: 403, loose: 403 },
  { name: 'F6 a public path in the fragment', target: '/admin#/public/', strict: 403, loose: 403 },
  { name: 'F7 a trailing slash', target: '/admin/', strict: 404, loose: 403 },
  { name: 'F7 capitals', target: '/ADMIN', strict: 404, loose: 403 },
  { name: 'F10 the granted neighbour', target: '/user', strict: 200, loose: 200 },
  { name: 'F10 a longer name', target: '/users', strict: 403, loose: 403 },
  { name: 'F11 an empty parameter is the same route', target: '/users/', strict: 200, loose: 403 },
  { name: 'F12 NUL in a parameter', target: '/admin/users/%00', strict: 403, loose: 403 },
  {
    name: 'F12 ten kilobytes in a parameter',
    target: `/admin/users/${'x'.repeat(10_000)}`,
    strict: 414,
    loose: 414,
  },
]

/** Fastify's router takes this option, its types leave it out. */
const semicolon: object = { useSemicolonDelimiter: true }

const ROUTERS: Record<'strict' | 'loose', FastifyServerOptions> = {
  strict: {},
  loose: {
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      caseSensitive: false,
      ...semicolon,
    },
  },
}

for (const [setting, form] of [
  ['strict', 'grant'],
  ['strict', 'grantNumbers'],
  ['loose', 'grant'],
  ['loose', 'grantNumbers'],
] as const) {
  const router = `router: ${setting}, ${form === 'grant' ? 'a list' : 'a bitmap'}`
  t.test(`F1 to F12: the decision is made on the matched route (${router})`, async (t) => {
    const { app, verifier } = await guardedApp(t, echo, { server: ROUTERS[setting] })
    verifier[form]('good', GRANTS)
    verifier[form]('admin', ['GET /*'])
    const port = await listen(app)
    const ask = (target: string, token: string) =>
      rawRequest(port, `GET ${target} HTTP/1.1\nHost: a\n${token}Connection: close\n\n`)
    for (const row of PATHS) {
      const status = row[setting]
      const answer = await ask(row.target, 'Authorization: Bearer good\n')
      t.equal(statusOf(answer), status, row.name)
      // With every right the same request reaches the route that was refused; without a token only what is public.
      const admin = statusOf(await ask(row.target, 'Authorization: Bearer admin\n'))
      t.equal(admin, status >= 404 ? status : 200, `${row.name}, as admin`)
      const stranger = statusOf(await ask(row.target, ''))
      const isPublic = answer.includes('"/public/*"')
      t.equal(stranger, status >= 404 ? status : isPublic ? 200 : 401, `${row.name}, as a stranger`)
    }
  })
}

t.test('F8: methods', async (t) => {
  const { app, verifier } = await guardedApp(t, (app) => {
    app.get('/orders', async () => 'list')
    app.post('/orders', async () => 'made')
    app.all('/any', async (request) => request.method)
  })
  verifier.grant('good', ['GET /orders', 'POST /any'])
  for (const [method, url, status] of [
    ['HEAD', '/orders', 200],
    ['POST', '/orders', 403],
    ['DELETE', '/orders', 404],
    ['OPTIONS', '/orders', 404],
    ['TRACE', '/orders', 404],
    ['POST', '/any', 200],
    ['GET', '/any', 403],
    ['HEAD', '/any', 403],
    ['OPTIONS', '/any', 403],
    ['TRACE', '/any', 403],
  ] as const) {
    // light-my-request knows no TRACE; Fastify's router does.
    const request = { method: method as 'GET', url, headers: GOOD }
    t.equal((await app.inject(request)).statusCode, status, `${method} ${url}`)
  }
  t.equal((await app.inject({ method: 'HEAD', url: '/orders' })).statusCode, 401)
  const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
  const asked = await app.inject({ method: 'OPTIONS', url: '/any', headers: preflight })
  t.equal(asked.statusCode, 401, 'headers of a preflight open nothing')
})

t.test('F9: no header or field changes the method', async (t) => {
  const { app, verifier } = await guardedApp(t, (app) => {
    app.get('/orders', async () => 'list')
    app.delete('/orders', async () => 'gone')
  })
  verifier.grant('good', ['GET /orders'])
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    const answer = await app.inject({
      url: '/orders?_method=DELETE',
      headers: { ...GOOD, [name]: 'DELETE' },
    })
    t.equal(answer.body, 'list', name)
  }
  const answer = await app.inject({
    method: 'DELETE',
    url: '/orders',
    headers: { ...GOOD, 'x-http-method-override': 'GET' },
  })
  t.equal(answer.statusCode, 403)
})

/** What proxies say to programs that ask them whether a request may pass: here nobody asks, and nobody is believed. */
const FORWARDED = {
  'x-forwarded-uri': '/public',
  'x-forwarded-url': 'http://a/public',
  'x-forwarded-method': 'GET',
  'x-forwarded-prefix': '/public',
  'x-forwarded-host': 'public.example',
  'x-original-uri': '/public',
  'x-original-url': '/public',
  'x-rewrite-url': '/public',
  'x-envoy-original-path': '/public',
  x_forwarded_uri: '/public',
  forwarded: 'host=public.example;proto=https',
}
/** Who looks whether a service is well. */
const PROBES = ['GoogleHC/1.0', 'kube-probe/1.31', 'ELB-HealthChecker/2.0', 'Consul Health Check']

t.test('F15 and F16: no header opens a route, whoever claims to send it', async (t) => {
  const { app, verifier } = await guardedApp(t, (app) => {
    echo(app)
    app.get('/health', async () => 'well')
    app.delete('/admin', async () => 'gone')
  })
  verifier.grantNumbers('good', GRANTS)
  for (const [name, value] of Object.entries(FORWARDED)) {
    const headers = { [name]: value, connection: 'authorization' }
    t.equal((await app.inject({ url: '/admin', headers })).statusCode, 401, `F15: ${name}`)
    const caller = { url: '/admin', headers: { ...GOOD, ...headers } }
    t.equal((await app.inject(caller)).statusCode, 403, `F15: ${name}, with a token`)
    t.equal((await app.inject({ ...caller, method: 'DELETE' })).statusCode, 403)
  }
  for (const agent of PROBES) {
    for (const url of ['/admin', '/health', '/users']) {
      const answer = await app.inject({ url, headers: { 'user-agent': agent } })
      t.equal(answer.statusCode, 401, `F16: ${agent} at ${url}`)
    }
  }
})
