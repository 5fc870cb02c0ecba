/** Back-channel logout with stored delivery: OpenID Connect Back-Channel Logout 1.0 sections 2.4 to 2.8. */
import type { Client } from '@latchkey/directory'
import { StoreUnavailable, systemRandom } from '@latchkey/protocol'
import t from 'tap'
import { retryDelayMs } from '../../src/backchannel/deliver.ts'
import { logoutTokens } from '../../src/backchannel/logout-token.ts'
import { ender } from '../../src/ending/end.ts'
import type { OutgoingOutcome } from '../../src/outgoing/guarded-request.ts'
import { answered, failed, START, scene, sessionOf, sidOf } from './delivery-scene.ts'

/** A worker looks every five seconds whatever happens: what should come by itself has to come before. */
const BEFORE_THE_NEXT_LOOK_MS = 4000

t.test('section 2.8: what an answer means', async (t) => {
  const cases: [answer: OutgoingOutcome, state: string, lastOutcome: string][] = [
    [answered(200), 'delivered', '200'],
    [answered(204), 'delivered', '204'],
    [answered(400), 'failed', '400'],
    [answered(201), 'waiting', '201'],
    [answered(302), 'waiting', '302'],
    [answered(404), 'waiting', '404'],
    [answered(500), 'waiting', '500'],
    [failed('ECONNREFUSED'), 'waiting', 'ECONNREFUSED'],
    [failed('timeout'), 'waiting', 'timeout'],
    [failed('address_refused'), 'waiting', 'address_refused'],
  ]
  for (const [answer, state, lastOutcome] of cases) {
    const { worker, end, settled, only } = await scene(t)
    await end(1, 'app')
    worker('a', () => answer).start()
    await settled(1)
    t.match(await only(), { state, lastOutcome, attempts: 1 }, lastOutcome)
  }
})

t.test(
  'a client without an address is not told, one whose record cannot be read later',
  async (t) => {
    const { worker, end, settled, store, posts } = await scene(t)
    await end(1, 'gone', 'silent', 'sql', 'app')
    worker('a', () => answered(200)).start()
    await settled(4)
    const states = (await store.outbox.ofSession(sidOf(1))).map((one) => [
      one.clientId,
      one.state,
      one.lastOutcome,
    ])
    t.strictSame(states, [
      ['app', 'delivered', '200'],
      ['gone', 'failed', 'no_address'],
      ['silent', 'failed', 'no_address'],
      ['sql', 'waiting', 'sql_unavailable'],
    ])
    t.strictSame(
      posts.map(({ uri }) => uri),
      ['https://app.example/out'],
    )
  },
)

t.test('retries come after 0.5, 1, 2 … 60 s, each up to a quarter later', async (t) => {
  const random = (byte: number) => ({ bytes: () => Buffer.of(byte) })
  const delays = [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]
  t.strictSame(
    delays.map((_, attempts) => retryDelayMs(attempts, random(0))),
    delays,
  )
  t.strictSame(
    delays.map((_, attempts) => retryDelayMs(attempts, random(255))),
    delays.map((delay) => delay * 1.25),
  )
  t.equal(retryDelayMs(5000, random(0)), 60_000)
})

t.test('an app that comes back is told, each time with a token of its own', async (t) => {
  const { worker, end, settled, only, posts, pass, now } = await scene(t)
  const answers = [answered(503), failed('ECONNREFUSED'), answered(200)]
  await end(1, 'app')
  const one = worker('a', () => answers.shift() ?? answered(500))
  const begun = performance.now()
  one.start()
  await settled(2)
  t.equal(posts.length, 2, 'the second attempt needs nobody who asks for it')
  t.ok(performance.now() - begun < BEFORE_THE_NEXT_LOOK_MS, 'nor the look every five seconds')
  t.match(await only(), { state: 'waiting', attempts: 2, nextAt: now() + 1 })
  one.poke()
  pass(1)
  one.poke()
  await settled(3)
  t.match(await only(), { state: 'delivered', attempts: 3, settledAt: now() })
  t.equal(new Set(posts.map(({ token }) => token)).size, 3)
})

t.test('when no token of the session can live any more, it is given up', async (t) => {
  const { worker, end, settled, only, posts, pass, until } = await scene(t)
  await end(1, 'app')
  await end(2, 'other')
  const one = worker('a', () => failed('ECONNREFUSED'))
  one.start()
  await settled(2)
  pass(905)
  await end(3, 'third')
  one.poke()
  await until(() => posts.some(({ uri }) => uri.includes('third')))
  t.match(await only(), { state: 'failed', lastOutcome: 'ECONNREFUSED' })
  t.equal(posts.filter(({ uri }) => uri.includes('third')).length, 1)
})

t.test('two workers on one store never post the same delivery', async (t) => {
  const { worker, end, settled, posts } = await scene(t)
  for (let index = 0; index < 100; index++) await end(index, 'app', 'other')
  worker('a', () => answered(200)).start()
  worker('b', () => answered(200)).start()
  await settled(200)
  t.equal(posts.length, 200)
  t.equal(new Set(posts.map(({ token }) => token.split(' ', 2).join(' '))).size, 200)
})

t.test('a worker that dies between taking and settling loses nothing', async (t) => {
  const { worker, end, settled, only, posts, pass, until } = await scene(t)
  await end(1, 'app')
  let die = (_: OutgoingOutcome) => {}
  const dead = new Promise<OutgoingOutcome>((resolve) => {
    die = resolve
  })
  worker('a', () => dead, { settle: () => Promise.reject(new Error('killed')) }).start()
  await until(() => posts.length === 1)
  const other = worker('b', () => answered(200))
  other.start()
  pass(9)
  other.poke()
  await end(2, 'app')
  await settled(1)
  t.match(await only(), { state: 'waiting' }, 'it is still taken')
  pass(1)
  other.poke()
  await settled(2)
  t.match(await only(), { state: 'delivered', attempts: 1 })
  t.strictSame(
    posts.map((post) => post.worker),
    ['a', 'b', 'b'],
  )
  die(answered(200))
})

t.test('no more than 64 requests at once, and every place is used again', async (t) => {
  const { worker, end, settled, posts, until } = await scene(t)
  for (let index = 0; index < 100; index++) await end(index, 'app')
  const finish: ((outcome: OutgoingOutcome) => void)[] = []
  const one = worker('a', () => new Promise((resolve) => finish.push(resolve)))
  one.start()
  await until(() => posts.length === 64)
  one.poke()
  const begun = performance.now()
  finish.shift()?.(answered(200))
  await until(() => posts.length === 65)
  t.ok(performance.now() - begun < BEFORE_THE_NEXT_LOOK_MS, 'at once')
  t.equal(finish.length, 64)
  for (let told = 1; told < 100; told++) {
    await until(() => finish.length > 0)
    finish.shift()?.(answered(200))
  }
  await settled(100)
  t.equal(posts.length, 100)
})

t.test('an app that hangs is left alone for a while, and keeps nobody else waiting', async (t) => {
  const { worker, end, settled, posts, pass } = await scene(t)
  const answers = new Map([['https://hung.example/out', failed('timeout')]])
  await end(1, 'hung')
  const one = worker('a', (uri) => answers.get(uri) ?? answered(200))
  one.start()
  await settled(1)
  for (let index = 2; index < 10; index++) await end(index, 'hung', 'app')
  one.poke()
  await settled(17)
  const asked = (name: string) => posts.filter(({ uri }) => uri.includes(name)).length
  t.strictSame([asked('hung'), asked('app')], [1, 8])
  answers.clear()
  pass(60)
  one.poke()
  await settled(26)
  t.equal(asked('hung'), 10)
})

t.test('a store that does not answer is asked again, and said once', async (t) => {
  const { worker, end, settled, only, warned, until, store } = await scene(t)
  let broken = true
  const one = worker('a', () => answered(200), {
    claim: (...args) =>
      broken ? Promise.reject(new StoreUnavailable('store')) : store.outbox.claim(...args),
  })
  one.start()
  await until(() => warned.length === 1)
  one.poke()
  await end(1, 'app')
  broken = false
  one.poke()
  await settled(1)
  t.match(await only(), { state: 'delivered' })
  t.strictSame(warned, ['outbox not read'])
})

t.test('a worker that stops answers for what it began, and begins nothing', async (t) => {
  const { worker, end, posts, until, only } = await scene(t)
  await end(1, 'app')
  let finish = (_: OutgoingOutcome) => {}
  const one = worker(
    'a',
    () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  )
  one.start()
  await until(() => posts.length === 1)
  const stopping = one.stop()
  await end(2, 'app')
  one.poke()
  finish(failed('ECONNRESET'))
  await stopping
  t.match(await only(), { attempts: 1, lastOutcome: 'ECONNRESET' })
  t.match(await only(2), { attempts: 0 })
  t.equal(posts.length, 1)
})

t.test('an end of a user that dies half way has forgotten no app', async (t) => {
  const { store, now } = await scene(t)
  const told: string[] = []
  const { end } = ender({
    store: {
      sessions: { listByUser: async () => [sessionOf(1, 'app', 'other'), sessionOf(2)] },
      outbox: store.outbox,
      log: { end: () => Promise.reject(new StoreUnavailable('store')) },
    },
    audit: { append: async () => {} },
    clock: { nowMs: () => START * 1000, monotonicMs: () => 0 },
    log: { error: () => {} },
    published: async () => {},
    epochNow: () => 0,
    tell: () => void told.push('told'),
  })
  const ending = end({ kind: 'user', sub: 'u_ada' }, 'admin', { sub: 'issuer' })
  await t.rejects(ending, StoreUnavailable)
  const waiting = await store.outbox.claim(9, 10, now())
  t.strictSame(
    waiting.map((one) => [one.sid, one.clientId, one.expiresAt]).sort(),
    ['app', 'other'].map((client) => [sidOf(1), client, START + 965]),
  )
  t.strictSame(told, [], 'nobody is hurried')
})

t.test('section 2.4: what a logout token says', async (t) => {
  const signed: unknown[][] = []
  const tokenFor = logoutTokens({
    issuer: 'https://sso.example',
    signing: {
      sign: (...args) => {
        signed.push(args)
        return 'token'
      },
    },
    subjectFor: (client, sub) => `${sub} at ${client.id}`,
    clock: { nowMs: () => START * 1000 + 999, monotonicMs: () => 0 },
    random: systemRandom,
  })
  const client = { id: 'app', idTokenAlg: 'HS256' } as Client
  t.equal(tokenFor(client, { sid: sidOf(1), sub: 'u_ada' }), 'token')
  tokenFor(client, { sid: sidOf(1), sub: 'u_ada' })
  const [[by, alg, typ, claims], second] = signed as [unknown[], unknown[]]
  t.strictSame([by, alg, typ], [client, 'HS256', 'logout+jwt'])
  const { jti, ...rest } = claims as { jti: string }
  t.strictSame(rest, {
    iss: 'https://sso.example',
    aud: 'app',
    iat: START,
    exp: START + 120,
    sub: 'u_ada at app',
    sid: sidOf(1),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  t.not(jti, (second[3] as { jti: string }).jti)
})
