import t from 'tap'
import { refuseOverBudget } from '../src/rights/token-budget.ts'
import { ISSUER, ORDERS, REPORTS, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const { services, roles, users, groups } = directory
const ada = await issuer.sub('ada')
const machine = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
const authorization = `Bearer ${machine.json().access_token}`
const admin = async (method: 'PUT' | 'PATCH' | 'POST', path: string, body: object) =>
  await issuer.app.inject({
    ...{ method, url: `/admin/v1${path}`, payload: JSON.stringify(body) },
    headers: { authorization, 'content-type': 'application/json' },
  })
const grants = (count: number, prefix: string, audience = REPORTS) =>
  Array.from({ length: count }, (_, n) => ({ audience, grant: `GET /${prefix}/${n}` }))
const OVER = { code: 'token-budget' }

t.test(
  'rights that fit into nobody’s token are refused when they are given, with the number',
  async (t) => {
    const fits = await admin('PUT', '/roles/reader', { grants: grants(32, 'a') })
    t.equal(fits.statusCode, 200, 'the last that fits')
    const rightsSets = () => Promise.reject(new Error('somebody was looked at'))
    await refuseOverBudget({ services, users: { rightsSets } }, [ada, REPORTS], ISSUER)
    t.pass('and where all grants together fit, nobody is looked at')
    const answer = await admin('PUT', '/roles/reader', { grants: grants(33, 'a') })
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), {
      code: 'token-budget',
      received: new RegExp(`^33 grants of ${ada} at ${REPORTS}: a token of \\d+ bytes$`),
      expected: /at most 32 grants in 512 bytes until the service has published its routes/,
    })
    t.equal((await roles.find('reader'))?.grants.length, 32, 'and nothing has changed')
  },
)

t.test('what counts is the sum of everything that one person has', async (t) => {
  await roles.save({ name: 'more', description: '', grants: grants(1, 'b') })
  t.match((await admin('PATCH', `/users/${ada}`, { roles: ['reader', 'more'] })).json(), OVER)
  t.match((await admin('PATCH', `/users/${ada}`, { grants: grants(1, 'c') })).json(), OVER)
  const team = await groups.create({ name: 'Team', roles: ['more'] })
  const joins = await admin('PUT', `/groups/${team.id}/members/${ada}`, {})
  t.match(joins.json(), OVER)
  const newcomer = { username: 'new', roles: ['reader', 'more'] }
  t.match((await admin('POST', '/users', newcomer)).json(), OVER, 'also of who is new')
  t.equal((await admin('PATCH', `/users/${ada}`, { roles: ['reader'] })).statusCode, 200)
})

t.test('an import refuses the lines of people whose tokens would be too large', async (t) => {
  const joins = await groups.create({ name: 'Joins', roles: ['more'] })
  const rows = [
    { line: 2, username: 'slim', roles: ['reader'] },
    { line: 3, username: 'wide', roles: ['reader', 'more'] },
    { line: 4, username: 'broad', roles: ['reader'], groups: ['Joins'] },
    { line: 5, username: 'plain' },
    { line: 6, username: 'slim', roles: ['reader', 'more'] },
  ]
  const send = async (dry_run: boolean) =>
    (await admin('POST', '/users/import', { on_existing: 'update', dry_run, users: rows })).json()
      .results
  const told = await send(true)
  t.match(told[1], {
    ...{ outcome: 'refused', code: 'token-budget', where: 'roles' },
    received: new RegExp(`^33 grants at ${REPORTS}: a token of \\d+ bytes$`),
    expected: /at most 32 grants in 512 bytes/,
  })
  const outcomes = ['refused', 'refused', 'refused', 'created', 'refused']
  t.strictSame(
    told.map(({ outcome }: { outcome: string }) => outcome),
    outcomes,
    'a dry run knows already; who stands twice in the file is refused twice',
  )
  t.equal((await directory.audit.list({ limit: 1, action: 'user.import' })).length, 0)
  const done = await send(false)
  t.strictSame(
    done.map(({ outcome }: { outcome: string }) => outcome),
    outcomes,
  )
  t.equal(await users.findByUsername('wide'), undefined)
  t.strictSame((await groups.members(joins.id, { limit: 9 })).length, 0)
  const audited = await directory.audit.list({ limit: 9, action: 'user.create' })
  t.strictSame(
    audited.filter(({ reason }) => reason === 'import').map(({ detail }) => detail['username']),
    ['plain'],
    'nothing is said of what was undone',
  )
})

t.test('a machine is asked about its own grants', async (t) => {
  const held = (count: number) => ({ grants: grants(count, 'a') })
  const job = { client_id: 'job', grant_types: ['client_credentials'] }
  t.match((await admin('POST', '/clients', { ...job, ...held(33) })).json(), OVER)
  t.equal((await admin('POST', '/clients', { ...job, ...held(32) })).statusCode, 201)
  const answer = (await admin('PATCH', '/clients/job', held(33))).json()
  t.match(answer, { ...OVER, received: /^33 grants of svc:job at / })
})

t.test('a service that has published its routes bounds every token by itself', async (t) => {
  const published = grants(4000, 'a').map(({ grant }) => ({
    method: 'GET',
    pattern: grant.slice(4),
  }))
  await services.publishRoutes(REPORTS, published)
  t.equal((await admin('PUT', '/roles/reader', { grants: grants(1000, 'a') })).statusCode, 200)
})

t.test(
  'after 16,000 numbers the last of them weigh too much for an asymmetric signature',
  async (t) => {
    for (const version of ['v1', 'v2', 'v3', 'v4']) {
      const routes = Array.from({ length: 4096 }, (_, n) => ({
        method: 'GET',
        pattern: `/${version}/${n}`,
      }))
      await services.publishRoutes(ORDERS, routes)
    }
    const before = await services.find(ORDERS)
    if (before) await services.save({ ...before, alg: 'RS256' })
    const late = Array.from({ length: 40 }, (_, n) => ({
      audience: ORDERS,
      grant: `GET /v4/${4095 - n}`,
    }))
    const early = late.map((_, n) => ({ audience: ORDERS, grant: `GET /v1/${n}` }))
    t.equal((await admin('PUT', '/roles/reader', { grants: early })).statusCode, 200)
    t.match((await admin('PUT', '/roles/reader', { grants: late })).json(), {
      code: 'token-budget',
      received: /^40 grants of .*: a token of (?:[4-9]\d{3}|\d{5,}) bytes$/,
      expected: 'at most 4096 bytes',
    })
  },
)

t.test('many people with a role are looked at by their different rights', async (t) => {
  const people = 100
  await directory.transaction(async (inside) => {
    for (let n = 0; n < people; n++) {
      const mixed = n % 3 === 0 ? ['crowd', 'more'] : ['crowd']
      if (n === 0)
        await inside.roles.save({ name: 'crowd', description: '', grants: grants(3, 'c', ORDERS) })
      await inside.users.create({ username: `crowd-${n}`, roles: mixed })
    }
  })
  const sets = await users.rightsSets(ORDERS)
  t.equal(
    sets.reduce((sum, { subs }) => sum + subs.length, 0),
    people + 1,
  )
  t.ok(sets.length <= 3, 'three places to have rights from')
  await refuseOverBudget(directory, [ORDERS, REPORTS], ISSUER)
})
