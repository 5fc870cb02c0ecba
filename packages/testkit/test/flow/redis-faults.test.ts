import { startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { formsOf, type HttpAnswer, type HttpBrowser } from '../../src/index.ts'
import { faultCluster, SHOP, type Site } from './fault-cluster.ts'
import { generationOf, ISSUER, sidOf, subOf, type Tokens } from './issuer-calls.ts'
import { until } from './until.ts'

const LEASE_MS = 3000
const MOST_MS = 500
/** One argon2id hash on a busy machine. */
const HASH_MS = 1500
const MOST_TURNS = 6

// What was acknowledged is on the disk, as the manual asks for.
const redis = await startRedis({
  args: ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', t.testdir({})],
})
const [site] = await faultCluster(t, { redisUrl: redis.url, leaseMs: LEASE_MS })
t.teardown(() => redis.stop())

t.test('Redis hangs (SIGSTOP) and goes on', async (t) => {
  await closesAndRecovers(t, site, {
    begin: async () => redis.pause(),
    end: async () => redis.resume(),
    mends: false,
  })
})

t.test('Redis is killed and started again', async (t) => {
  await closesAndRecovers(t, site, { begin: redis.kill, end: redis.start, mends: true })
})

interface Fault {
  begin(): Promise<void>
  end(): Promise<void>
  /** Writes may have been lost: what was to be ended meanwhile, and was not confirmed, is ended afterwards. */
  readonly mends: boolean
}

interface Measured {
  readonly answer: HttpAnswer
  readonly ms: number
}

async function closesAndRecovers(t: Test, site: Site, fault: Fault): Promise<void> {
  const { calls } = site
  const admin = await calls.admin()
  const person = site.browser()
  await person.signIn(`${SHOP}/stock`, 'ada')
  const round = await prepare(site, admin)
  await fault.begin()

  await t.test('what needs it is 503 within 500 ms, with Retry-After; cookies stay', async (t) => {
    // All at once, as they meet a store that has just gone; and again, when that is known.
    const turns = [await measured(round.requests), await measured(round.requests)]
    const leastMs = (name: string) => Math.min(...turns.map((turn) => turn.get(name)?.ms ?? 0))
    const isLate = (name: string) =>
      leastMs(name) >= (name === 'sign-in' ? MOST_MS + HASH_MS : MOST_MS)
    // Other programs on this machine can only add to it: while anything was late each time, all is asked once more.
    while (turns.length < MOST_TURNS && [...(turns[0]?.keys() ?? [])].some(isLate)) {
      turns.push(await measured(round.requests))
    }
    for (const [name, { answer }] of turns.flatMap((turn) => [...turn])) {
      t.strictSame([answer.status, answer.headers['retry-after']], [503, '1'], name)
      t.equal(answer.headers['set-cookie'], undefined)
      t.equal(answer.headers.location, undefined)
      if (name === '/readyz') t.match(answer.json(), { failed: ['store'] })
      t.notOk(isLate(name), `${name} took ${Math.round(leastMs(name))} ms`)
    }
    t.equal((await calls.get('/healthz')).status, 200)
    t.equal((await calls.get('/jwks')).status, 200, 'what needs no store goes on')
  })
  await t.test('services go on until their lease ends, then close', async (t) => {
    await until('the lease has ended', () => site.shop.verifier.status().leaseMs === 0)
    const answer = await site.stock(round.kept.access_token)
    t.strictSame([answer.status, typeof answer.headers['retry-after']], [503, 'string'])
    t.equal((await person.fetch(`${SHOP}/stock`)).status, 503)
    t.equal((await site.front()).status, 200)
  })

  await fault.end()
  await until('the issuer is ready', async () => (await calls.get('/readyz')).status === 200)
  await site.ready()

  await t.test('it recovers without a restart', async (t) => {
    t.equal((await site.stock(round.kept.access_token)).status, 200)
    t.equal((await person.open(`${SHOP}/stock`)).status, 200, 'nobody was signed out')
  })
  await t.test('nothing was granted or half done meanwhile', async (t) => {
    await round.untouched(t, fault)
  })
}

type Requests = ReadonlyMap<string, () => Promise<HttpAnswer>>

async function measured(requests: Requests): Promise<Map<string, Measured>> {
  const all = [...requests].map(async ([name, send]) => {
    const from = performance.now()
    const answer = await send()
    return [name, { answer, ms: performance.now() - from }] as const
  })
  return new Map(await Promise.all(all))
}

/** One request of each kind, with material of its own, and what must still be so when none of them was carried out. */
async function prepare(site: Site, admin: string) {
  const { calls } = site
  const browser = await calls.signedIn('ada')
  const [kept, refreshed, revoked, doomed] = [
    await calls.tokens(browser),
    await calls.tokens(browser),
    await calls.tokens(browser),
    await calls.tokens(browser),
  ]
  const code = await calls.code(browser)
  const ended = await calls.tokens(await calls.signedIn('bob'))
  const leaving = await calls.signedIn('bob')
  const stranger = calls.browser()
  const signIn = await calls.signInForm(stranger, 'cai')
  const signOut = await signOutForm(leaving)
  const sessionsOfCai = async () =>
    await sessionsOf(site, await subOfUser(site, 'cai', admin), admin)
  const before = await sessionsOfCai()

  const requests: Requests = new Map([
    ['refresh', () => calls.refresh(refreshed.refresh_token)],
    ['code', () => calls.redeem(code)],
    ['/authorize with a session', () => calls.authorize(browser)],
    ['sign-in', signIn],
    ['sign-out', signOut],
    [
      'client credentials',
      () => calls.post('/token', { grant_type: 'client_credentials' }, 'shop'),
    ],
    ['exchange', () => calls.post('/token', exchangeOf(kept), 'shop')],
    ['revoke a session', () => calls.post('/revoke', { token: revoked.refresh_token })],
    ['revoke a token', () => calls.post('/revoke', { token: doomed.access_token })],
    ['end a session', () => calls.end({ kind: 'session', sid: sidOf(ended) }, admin)],
    ['end a user', () => calls.end({ kind: 'user', sub: subOf(ended) }, admin)],
    ['introspect', () => calls.post('/introspect', { token: revoked.refresh_token })],
    ['/readyz', () => calls.get('/readyz')],
  ])

  async function untouched(t: Test, { mends }: Fault): Promise<void> {
    const tokens = (await calls.refresh(refreshed.refresh_token)).json() as Tokens
    t.equal(generationOf(tokens.refresh_token), 2, 'the refresh token had not been exchanged')
    t.equal((await calls.redeem(code)).status, 200, 'the code had not been spent')
    t.match((await calls.authorize(browser)).headers.location, 'code=', 'the cookie is good')
    t.strictSame(await sessionsOfCai(), before, 'nobody had been signed in')
    t.equal((await calls.refresh(revoked.refresh_token)).status, 200, 'nothing had been revoked')
    t.equal((await calls.post('/introspect', { token: kept.access_token })).status, 200)
    t.equal((await site.stock(kept.access_token)).status, 200)
    t.match((await calls.authorize(leaving)).headers.location, 'code=', 'nobody was signed out')
    const afterwards = mends ? 401 : 200
    for (const { access_token } of [ended, doomed]) {
      t.equal((await site.stock(access_token)).status, afterwards, 'ended only by mending')
    }
    const repeated = await calls.end({ kind: 'session', sid: sidOf(ended) }, admin)
    t.equal((repeated.json() as { known: boolean }).known, !mends, 'and the end may be repeated')
    await until('the shop knows', async () => (await site.stock(ended.access_token)).status === 401)
    t.equal((await signIn()).status, 303, 'and so may the sign-in')
  }

  return { requests, kept, untouched }
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

function exchangeOf({ access_token }: Tokens) {
  return {
    grant_type: EXCHANGE,
    subject_token: access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  }
}

async function signOutForm(browser: HttpBrowser): Promise<() => Promise<HttpAnswer>> {
  const page = await browser.fetch(`${ISSUER}/logout`)
  const [form] = formsOf(page.text)
  if (!form) throw new Error(`no form (${page.status})`)
  return () =>
    browser.fetch(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
      body: new URLSearchParams(form.fields).toString(),
    })
}

async function subOfUser({ calls }: Site, username: string, admin: string): Promise<string> {
  const headers = { authorization: `Bearer ${admin}` }
  const answer = await calls.get(`/admin/v1/users?search=${username}`, headers)
  const [user] = (answer.json() as { users: { sub: string }[] }).users
  return user?.sub ?? ''
}

async function sessionsOf({ calls }: Site, sub: string, admin: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${admin}` }
  const answer = await calls.get(`/admin/v1/users/${sub}/sessions`, headers)
  return (answer.json() as { sessions: { sid: string }[] }).sessions.map(({ sid }) => sid)
}
