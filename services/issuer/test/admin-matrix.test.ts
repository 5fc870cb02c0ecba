import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import t from 'tap'
import { routeTable } from '../src/admin/framework/route-table.ts'
import { SHIPPED_ROLES } from '../src/admin/framework/shipped-roles.ts'
import { routeList } from './fixtures/route-list.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/**
 * Who may call what. Every route has a row, and every row a route. `-`: refused; `+`: the guard lets it pass. In this order: anonymous,
 * a person without rights, an admin whose token is for another service, support, auditor, admin, the command line.
 */
const SEES = '- - - + + + +'
const ENDS = '- - - + - + +'
const RULES = '- - - - - + +'
const MATRIX: Readonly<Record<string, string>> = {
  'GET /audit': SEES,
  'GET /audit/export': SEES,
  'GET /audit/head': SEES,
  'POST /audit/prune': RULES,
  'GET /audit/verify': SEES,
  'GET /clients': SEES,
  'POST /clients': RULES,
  'GET /clients/:id': SEES,
  'PATCH /clients/:id': RULES,
  'DELETE /clients/:id': RULES,
  'POST /clients/:id/disable': RULES,
  'POST /clients/:id/enable': RULES,
  'GET /clients/:id/secrets': SEES,
  'POST /clients/:id/secrets': RULES,
  'DELETE /clients/:id/secrets/:secret_id': RULES,
  'POST /cluster/apply': RULES,
  'GET /cluster/export': SEES,
  'POST /cluster/plan': RULES,
  'GET /deliveries': SEES,
  'GET /doctor': SEES,
  'POST /ends': ENDS,
  'GET /ends/:id': SEES,
  'POST /ends/preview': ENDS,
  'POST /explain': SEES,
  'GET /feed': SEES,
  'GET /groups': SEES,
  'POST /groups': RULES,
  'GET /groups/:id': SEES,
  'PATCH /groups/:id': RULES,
  'DELETE /groups/:id': RULES,
  'GET /groups/:id/members': SEES,
  'PUT /groups/:id/members/:sub': RULES,
  'DELETE /groups/:id/members/:sub': RULES,
  'GET /keys': SEES,
  'POST /keys/retire': RULES,
  'POST /keys/rotate': RULES,
  'GET /metrics': SEES,
  'GET /openapi.json': SEES,
  'GET /refused/:request': SEES,
  'GET /registration-tokens': SEES,
  'POST /registration-tokens': RULES,
  'DELETE /registration-tokens/:id': RULES,
  'GET /roles': SEES,
  'GET /roles/:name': SEES,
  'PUT /roles/:name': RULES,
  'DELETE /roles/:name': RULES,
  'GET /roles/:name/holders': SEES,
  'GET /services': SEES,
  'POST /services': RULES,
  'GET /services/:audience': SEES,
  'GET /services/:audience/catalogue': SEES,
  'GET /services/:audience/drift': SEES,
  'PATCH /services/:audience': RULES,
  'DELETE /services/:audience': RULES,
  'POST /services/:audience/disable': RULES,
  'POST /services/:audience/enable': RULES,
  'GET /sessions': SEES,
  'GET /sessions/:sid': SEES,
  'GET /settings': SEES,
  'GET /streams': SEES,
  'POST /streams/:id/disable': RULES,
  'POST /streams/:id/enable': RULES,
  'GET /users': SEES,
  'POST /users': RULES,
  'POST /users/import': RULES,
  'GET /users/:sub': SEES,
  'PATCH /users/:sub': RULES,
  'DELETE /users/:sub': RULES,
  'POST /users/:sub/disable': RULES,
  'GET /users/:sub/effective': SEES,
  'POST /users/:sub/enable': RULES,
  'DELETE /users/:sub/one-time-code': RULES,
  'PUT /users/:sub/password': RULES,
  'GET /users/:sub/sessions': SEES,
  'GET /verifiers': SEES,
}

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs')

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const { redeem } = tokenRequests(issuer)

async function personToken(username: string, role: string | undefined, resource: string) {
  await issuer.addPerson(username)
  if (role !== undefined)
    await directory.users.update(await issuer.sub(username), { roles: [role] })
  const code = (await issuer.browser().signIn(username, { resource })).get('code') ?? ''
  return String((await redeem(code, { resource })).json().access_token)
}

const commandLine = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
await issuer.changeClient('orders', { services: [ORDERS, ISSUER] })
const callers: [name: string, token: string | undefined][] = [
  ['anonymous', undefined],
  ['a person without rights', await personToken('nobody', undefined, ISSUER)],
  ['a token for another service', await personToken('boss', 'admin', ORDERS)],
  ['support', await personToken('helper', 'support', ISSUER)],
  ['auditor', await personToken('looker', 'auditor', ISSUER)],
  ['admin', await personToken('ruler', 'admin', ISSUER)],
  ['the command line', String(commandLine.json().access_token)],
]

const routes = routeList(issuer.app)
  .filter(({ url }) => url.startsWith('/admin/v1/'))
  .flatMap(({ url, methods }) => methods.map((method) => `${method} ${url.slice(9)}`))
  .filter((route) => !/^(HEAD|OPTIONS) /.test(route))

t.test('every route of the admin API has a row, and every row a route', async (t) => {
  t.strictSame(routes.toSorted(), Object.keys(MATRIX).toSorted())
})

for (const [place, [name, token]] of callers.entries()) {
  t.test(`attack H1: what ${name} may call`, async (t) => {
    for (const [route, marks] of Object.entries(MATRIX)) {
      const [method = '', path = ''] = route.split(' ')
      const answer = await issuer.app.inject({
        method: method as 'GET',
        // Nobody and nothing has this id, so that whoever passes changes nothing.
        url: `/admin/v1${path.replaceAll(/:\w+/g, 'none-00000000000000000')}`,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      })
      const passed = answer.statusCode !== 401 && answer.statusCode !== 403
      t.equal(passed ? '+' : '-', marks.split(' ')[place], `${route} ${answer.statusCode}`)
      if (passed) t.ok(answer.statusCode < 500, answer.body.slice(0, 200))
      else t.match(answer.headers['www-authenticate'], 'realm="latchkey admin"')
    }
  })
}

t.test('the shipped roles are there, and are what they are', async (t) => {
  for (const [name, { grants }] of Object.entries(SHIPPED_ROLES)) {
    const role = await directory.roles.find(name)
    t.strictSame(
      role?.grants,
      grants
        .map((grant) => ({ audience: ISSUER, grant }))
        .toSorted((a, b) => (a.grant < b.grant ? -1 : 1)),
    )
  }
})

t.test('attack H1: support ends sessions, and has no right to emergencies', async (t) => {
  const headers = { authorization: `Bearer ${callers[3]?.[1]}` }
  const rows: [target: object, status: number][] = [
    [{ kind: 'user', sub: await issuer.sub('nobody') }, 200],
    [{ kind: 'client', client_id: 'native' }, 200],
    [{ kind: 'key', kid: 'a' }, 403],
    [{ kind: 'all' }, 403],
    [{ kind: 'signed_in_before', at: 5 }, 403],
  ]
  for (const [target, status] of rows) {
    const payload = { target }
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/admin/v1/ends',
      headers,
      payload,
    })
    t.equal(answer.statusCode, status, JSON.stringify(target))
  }
})

t.test('docs/openapi.json and docs/operate/admin-api.md say what the routes are', async (t) => {
  const headers = { authorization: `Bearer ${commandLine.json().access_token}` }
  const served = (await issuer.app.inject({ url: '/admin/v1/openapi.json', headers })).json()
  const kept = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8'))
  const hint = 'run scripts/generate-openapi.ts when this fails'
  t.strictSame(served, kept, hint)
  t.ok(
    readFileSync(join(DOCS, 'operate', 'admin-api.md'), 'utf8').includes(routeTable(served)),
    hint,
  )
  t.equal(
    new Set(
      Object.values(served.paths)
        .flatMap((one) => Object.values(one as object))
        .map(({ operationId }) => operationId),
    ).size,
    routes.length,
  )
})

const skip = isInPath('curl') ? false : 'curl is not installed'
t.test('the examples of docs/operate/admin-api.md do what they say', { skip }, async (t) => {
  const page = readFileSync(join(DOCS, 'operate', 'admin-api.md'), 'utf8')
  const examples = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text)
  t.ok(examples.length >= 3)
  await issuer.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = issuer.app.server.address() as AddressInfo
  const credentials = JSON.stringify({ clientId: 'operator', clientSecret: SECRET })
  const cwd = t.testdir({ '.latchkey': { 'cli.json': credentials } })
  // The public address leads to wherever this issuer listens.
  const there = `curl() { command curl --fail-with-body --noproxy '*' --connect-to ::127.0.0.1:${port} "$@"; }`
  const script = ['set -euo pipefail', there, ...examples].join('\n')
  const env = { ...process.env, ISSUER }
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd, env })
  t.match(stdout, /"username":"grace"/)
  t.match(stdout, /"users":\[.*"grace"/)
  t.strictSame((await directory.users.findByUsername('grace'))?.roles, ['support'])
})

function isInPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, command)))
}
