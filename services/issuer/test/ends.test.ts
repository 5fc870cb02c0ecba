import { type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { declare, publishDeclared } from '../src/declare.ts'
import { untoldTeller } from '../src/ending/untold-teller.ts'
import { CAUSES, type Cause, type Scene, sidOf } from './fixtures/causes-of-ends.ts'
import {
  AUTHORIZE,
  answerOf,
  hiddenFields,
  ISSUER,
  type TestIssuer,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

t.test('every cause, on SQLite', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  await everyCause(t, issuer)
})

t.test('every cause, on Redis with three partitions', async (t) => {
  const redis = await startRedis()
  const store = await connectRedisStore({ url: redis.url, partitions: 3 })
  const issuer = await testIssuer({ store })
  t.teardown(async () => {
    await issuer.close()
    await redis.stop()
  })
  await everyCause(t, issuer)
})

async function everyCause(t: Test, issuer: TestIssuer): Promise<void> {
  for (const cause of CAUSES) {
    await t.test(`${cause.name}: ${cause.reason}`, (t) => oneCause(t, cause, issuer))
  }
}

/** One entry where it belongs, one audit record, dead families, and afterwards a sign-in as if nothing had happened. */
async function oneCause(t: Test, cause: Cause, issuer: TestIssuer): Promise<void> {
  const { store } = issuer
  const { redeem, refresh, codeOf, tokensOf } = tokenRequests(issuer)
  const { leaves } = cause
  const browser = issuer.browser()
  const code = await codeOf(browser)
  const tokens = (await redeem(code)).json<Scene['tokens']>()
  const other = await tokensOf()
  const sub = await issuer.sub('ada')
  const scene: Scene = { issuer, sub, browser, code, tokens, ...hands(issuer) }
  const before = await everything(issuer)

  await cause.happens(scene)

  const after = await everything(issuer)
  const entries = after.entries.filter((one) => !before.offsets.has(`${one.p} ${one.o}`))
  const partitions = new Set(entries.map(({ p }) => p))
  const expected = cause.everywhere ? store.partitions : 1
  t.strictSame([entries.length, partitions.size], [expected, expected], 'one in each partition')
  t.strictSame([...new Set(entries.map(({ k }) => k))], [cause.kind])
  const person = ['token', 'session', 'user'].includes(cause.kind)
  const reasons = new Set(entries.map(({ r }) => r))
  t.strictSame([...reasons], [person ? cause.reason : undefined], 'a person can be told why')
  const { exp, aud } = decodeJwt(tokens.access_token)
  const told = entries.map(({ a }) => a)
  if (cause.kind === 'token') t.strictSame(told, [aud], 'and its service alone hears of a token')
  t.ok(
    entries.every(({ x }) => x >= Number(exp) + 5),
    'no entry goes before the tokens',
  )

  const records = after.audit.filter(({ id }) => !before.audit.some((old) => old.id === id))
  t.equal(records.length, 1, 'one audit record')
  const actor = { ada: sub, bob: await issuer.sub('bob') }[cause.actor] ?? cause.actor
  t.match(records[0], { reason: cause.reason, actor: { sub: actor } })
  const positions = entries.map(({ p, o, d }) => ({ partition: p, offset: o, digest: d }))
  t.strictSame(records[0]?.detail['positions'], positions, 'which says where the entries stand')

  const active = async (token: string) =>
    (await issuer.post('/introspect', { token }, 'support')).json().active
  t.equal(await active(tokens.access_token), false)
  const again = cause.reason === 'permissions_changed'
  for (const [refreshToken, lives] of [
    [tokens.refresh_token, leaves.refresh],
    [other.refresh_token, leaves.other],
  ] as const) {
    const answer = await refresh(refreshToken)
    t.equal(answer.statusCode === 200, lives, `a refresh is answered ${answer.body.slice(0, 40)}`)
    if (again) t.strictSame(decodeJwt(answer.json().access_token)['routes'], ['GET /orders'])
  }

  await cause.undo?.(scene)
  const next = await tokensOf()
  t.equal((await refresh(next.refresh_token)).statusCode, 200, 'a new sign-in works')
  t.equal(await active(next.access_token), true, 'also where a key was ended: another one signs')
  const dead = await refresh(tokens.refresh_token)
  // A closed service ends no session: who held one there goes on when it opens again.
  const comesBack = leaves.refresh || cause.kind === 'service'
  t.equal(dead.statusCode === 200, comesBack, 'and brings nothing back')
}

function hands(issuer: TestIssuer): Pick<Scene, 'admin' | 'declare'> {
  const operator = async () => {
    const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    return { authorization: `Bearer ${answer.json().access_token}` }
  }
  return {
    admin: async (method, path, payload) => {
      const url = `/admin/v1/${path}`
      const headers = await operator()
      await issuer.app.inject({ method, url, headers, ...(payload && { payload }) })
    },
    declare: async (changed) => {
      const clock = { nowMs: () => issuer.now() * 1000, monotonicMs: () => 0 }
      const deps = { issuer: ISSUER, directory: issuer.directory, clock, accessTokenSeconds: 300 }
      await publishDeclared(await declare(changed, [], deps), issuer.tell)
    },
  }
}

async function everything({ store, directory }: TestIssuer) {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition)
  const slices = await Promise.all(partitions.map((p) => store.log.read(p, 0, 1000)))
  const entries = slices.flatMap((slice) => slice.entries)
  const offsets = new Set(entries.map(({ p, o }) => `${p} ${o}`))
  return { entries, offsets, audit: await directory.audit.list({ limit: 500, action: 'end' }) }
}

t.test('what is ended during a sign-in is ended for it too', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { redeem } = tokenRequests(issuer)
  const sub = await issuer.sub('ada')
  const { users } = issuer.directory
  const check = users.checkPassword

  t.test('a password that is changed while the old one is compared opens nothing', async (t) => {
    Object.assign(users, {
      checkPassword: async (username: string, password: string) => {
        const outcome = await check(username, password)
        await users.setPassword(sub, 'another-password')
        await issuer.end({ kind: 'user', sub }, 'password_changed', { sub: 'issuer' })
        return outcome
      },
    })
    const browser = issuer.browser()
    const answer = await redeem((await browser.signIn('ada')).get('code') ?? '')
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_grant'])
    t.notMatch((await browser.get('/')).body, 'Ada', 'the cookie opens nothing either')
    t.strictSame(await issuer.store.sessions.listByUser(sub, 10, issuer.now()), [])
    Object.assign(users, { checkPassword: check })
  })
  t.test('the next sign-in, with the new password, works', async (t) => {
    const browser = issuer.browser()
    const page = await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
    const form = { ...hiddenFields(page.body), username: 'ada', password: 'another-password' }
    const code = answerOf(await browser.submit('/sign-in', form)).get('code') ?? ''
    t.equal((await redeem(code)).statusCode, 200)
  })
})

t.test('an end that the store did not confirm is recorded, and so is no other', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { log } = issuer.store
  const { end } = log
  const sid = sidOf(await tokenRequests(issuer).tokensOf())
  const target = { kind: 'session', sid } as const
  Object.assign(log, {
    end: async (...given: Parameters<typeof end>) => {
      await end(...given)
      throw new Error('the answer was lost')
    },
  })
  await t.rejects(issuer.end(target, 'admin', { sub: 'issuer' }), { message: /answer was lost/ })
  Object.assign(log, { end })
  t.match(await issuer.end(target, 'admin', { sub: 'issuer' }), { entries: [] })
  const records = await issuer.directory.audit.list({ limit: 10, action: 'end' })
  t.match(records, [{ target: `session ${sid}`, detail: { confirmed: false } }])
  t.equal(records.length, 1)
})

t.test('a change of rights that could not be told is told when the store is back', async (t) => {
  const { pass, scheduler } = turns()
  let isAway = true
  let times = 0
  const issuer = await testIssuer({
    scheduler,
    aroundStore: (store) => {
      const head: typeof store.log.head = async (partition) => {
        if (isAway && times > 0) throw new StoreUnavailable('The store')
        return await store.log.head(partition)
      }
      const end: typeof store.log.end = async (target, facts) => {
        times += 1
        if (isAway) throw new StoreUnavailable('The store')
        return await store.log.end(target, facts)
      }
      return { ...store, log: { ...store.log, head, end } }
    },
  })
  t.teardown(() => issuer.close())
  const ada = await issuer.sub('ada')
  const { tokensOf } = tokenRequests(issuer)
  const { access_token: token } = await tokensOf()
  const active = async () => (await issuer.post('/introspect', { token }, 'support')).json().active
  const machine = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const change = async (method: 'PATCH' | 'POST', path: string, payload: object) => {
    const headers = { authorization: `Bearer ${machine.json().access_token}` }
    const answer = await issuer.app.inject({ method, url: `/admin/v1/${path}`, headers, payload })
    return answer.statusCode
  }
  const withoutRights = () => change('PATCH', `users/${ada}`, { roles: [] })
  const users = ['bob', 'guest'].map((username, n) => ({
    line: n + 2,
    username,
    status: 'disabled',
  }))
  const disabled = () => change('POST', 'users/import', { on_existing: 'update', users })
  await issuer.addPerson('guest')
  t.equal(await change('POST', 'ends', { target: { kind: 'user', sub: ada } }), 503)
  t.strictSame([await withoutRights(), await disabled()], [503, 503])
  t.strictSame([await withoutRights(), await disabled()], [200, 200], 'nothing is left to change')
  const asked = times
  await pass(issuer)
  t.strictSame([await active(), times], [true, asked], 'still away, and asked for by one question')
  isAway = false
  for (let turn = 0; turn < 20 && times < asked + 3; turn++) await pass(issuer)
  t.equal(await active(), false)
  const records = await issuer.directory.audit.list({ limit: 10, action: 'end' })
  const placed = records.filter(({ detail }) => detail['positions'])
  const subs = [await issuer.sub('bob'), await issuer.sub('guest')]
  t.strictSame(
    placed.map(({ target, reason }) => `${target} ${reason}`).sort(),
    [`stale ${ada} permissions_changed`, ...subs.map((sub) => `user ${sub} user_disabled`)].sort(),
    'also what came behind one that failed; and no end that somebody asked for comes behind its refusal',
  )
  t.match(
    placed[0]?.actor,
    { sub: 'svc:operator', requestId: /./ },
    'with who had done it, and by what',
  )
  for (let turn = 0; turn < 3; turn++) await pass(issuer)
  t.equal(times, asked + 3, 'and once is enough')
})

t.test(
  'what a process has noted and told, another one tells without ending anything more',
  async (t) => {
    const { pass, scheduler } = turns()
    const issuer = await testIssuer({ scheduler })
    t.teardown(() => issuer.close())
    const { store, directory } = issuer
    const sub = await issuer.sub('ada')
    const target = { kind: 'user', sub } as const
    const end = { target, reason: 'password_changed', actor: { sub } } as const
    const [told] = await directory.untoldEnds.note([end], issuer.now() + 5)
    const facts = { now: issuer.now(), entryExpiresAt: issuer.now() + 965, reason: end.reason }
    // The process has died between the two.
    const { entries } = await store.log.end(target, { ...facts, once: told?.id ?? '' })
    const { access_token: token } = await tokenRequests(issuer).tokensOf()
    const waits = () => directory.untoldEnds.areWaiting(issuer.now())
    for (let turn = 0; turn < 20 && (turn < 2 || (await waits())); turn++) await pass(issuer)
    t.equal((await issuer.post('/introspect', { token }, 'support')).json().active, true)
    const all = (await store.log.read(0, 0, 100)).entries.filter(({ v }) => v === sub)
    t.strictSame(all, entries, 'one entry')
    const records = await directory.audit.list({ limit: 10, action: 'end' })
    t.match(records, [
      { target: `user ${sub}`, detail: { positions: [{ offset: entries[0]?.o }] } },
    ])
    t.equal(records.length, 1, 'and one record, which nobody had written')
    const left = await store.outbox.list(9)
    t.strictSame(left, [], 'apps of what has begun since hear nothing')
  },
)

t.test(
  'of 50 who tell the same at once one is recorded, and one entry stands in the log',
  async (t) => {
    const issuer = await testIssuer()
    t.teardown(() => issuer.close())
    const { store, directory } = issuer
    const target = { kind: 'stale', about: 'u_1' } as const
    const end = { target, reason: 'permissions_changed', actor: { sub: 'issuer' } } as const
    const [noted] = await directory.untoldEnds.note([end], issuer.now())
    if (!noted) throw new Error('it was noted')
    await Promise.all(Array.from({ length: 50 }, () => issuer.tell(noted)))
    const entries = (await store.log.read(0, 0, 100)).entries.filter(({ v }) => v === 'u_1')
    t.equal(entries.length, 1)
    t.equal((await directory.audit.list({ limit: 60, target: 'stale u_1' })).length, 1)
  },
)

t.test('an end of a change that cannot be told keeps no other one waiting', async (t) => {
  const said: string[] = []
  const told: string[] = []
  const about = (name: string) => ({
    id: name,
    target: { kind: 'stale', about: name } as const,
    reason: 'permissions_changed' as const,
    actor: { sub: 'issuer' },
  })
  const claims = [[about('odd'), about('u_1')], []]
  const { pass, scheduler } = turns()
  const teller = untoldTeller({
    untoldEnds: {
      areWaiting: async () => claims.length > 0,
      claim: async () => claims.shift() ?? [],
    },
    store: { log: { head: async () => ({}) as never } },
    tell: async ({ id }) => {
      if (id === 'odd') throw new TypeError('a mistake')
      told.push(id)
      return { entries: [], epoch: 1 }
    },
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    log: { error: (_, message) => said.push(message) },
    scheduler,
  })
  teller.start()
  await pass()
  await teller.stop()
  t.strictSame([told, said.length], [['u_1'], 1])
})

/** Time that goes on when a test says so: what was to happen later happens in the next turn. */
function turns() {
  const timers: (() => void)[] = []
  const scheduler: Scheduler = {
    after: (_, task) => {
      timers.push(task)
      return () => timers.splice(timers.indexOf(task), 1)
    },
  }
  const pass = async (issuer?: Pick<TestIssuer, 'advance'>) => {
    issuer?.advance(3)
    for (const task of timers.splice(0)) task()
    for (let step = 0; step < 20; step++) await new Promise(setImmediate)
  }
  return { scheduler, pass }
}
