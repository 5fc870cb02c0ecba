import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { BASE, testApp, type World, world } from './app.ts'
import { type Browser, browser as newBrowser, setCookies } from './browser.ts'

const tokenOf = async (browser: Browser) => (await browser.visit('/orders')).json().token as string
const refreshes = (w: World) =>
  w.issuer.tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token')

t.test('RFC 6749 section 6: a token that is about to expire is renewed first', async (t) => {
  const cases: readonly [lifetime: number, early: number, why: string][] = [
    [300, 60, 'a fifth of the lifetime'],
    [100, 30, 'at least 30 s'],
    [20, 10, 'at most half of the lifetime'],
  ]
  for (const [lifetime, early, why] of cases) {
    t.test(`${early} s before the end of ${lifetime} s: ${why}`, async (t) => {
      const w = await world(t)
      w.issuer.ways.expiresIn = lifetime
      await w.browser.signIn()
      const first = await tokenOf(w.browser)
      w.clock.advance(lifetime - early - 2)
      t.equal(await tokenOf(w.browser), first)
      t.equal(refreshes(w).length, 0)
      w.clock.advance(3)
      const renewed = await w.browser.visit('/orders')
      t.not(renewed.json().token, first)
      t.equal(setCookies(renewed).length, 1, 'the browser gets the new session')
      t.equal(refreshes(w)[0]?.get('resource'), BASE)
      t.equal(await tokenOf(w.browser), renewed.json().token, 'and uses it')
      t.equal(refreshes(w).length, 1)
    })
  }

  t.test('scripts get new tokens as well as pages, and a new name is taken over', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.clock.advance(1000)
    w.issuer.ways.name = 'Ada Lovelace'
    const answer = await w.browser.call('/orders')
    t.match(answer.json(), { person: { name: 'Ada Lovelace' } })
  })

  t.test(
    'on a public route that asks for it; but nobody may keep a page with a cookie',
    async (t) => {
      const w = await world(t)
      t.strictSame((await w.browser.visit('/greeting')).json(), {})
      await w.browser.signIn()
      const greeting = await w.browser.visit('/greeting')
      t.match(greeting.json(), { token: /^at_/ })
      t.equal(greeting.headers['cache-control'], 'public, max-age=60')
      w.clock.advance(250)
      const renewed = await w.browser.visit('/greeting')
      t.equal(setCookies(renewed).length, 1)
      t.equal(renewed.headers['cache-control'], 'no-store')
    },
  )

  t.test('50 requests at once make one refresh, and all of them get its session', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.clock.advance(299)
    const release = hold(w)
    const answers = Array.from({ length: 50 }, () => w.newBrowserWith(w.browser).visit('/orders'))
    await asked(w)
    release()
    const tokens = new Set<string>()
    const cookies = new Set<string>()
    for (const answer of await Promise.all(answers)) {
      tokens.add(answer.json().token)
      cookies.add(await openedToken(w, setCookies(answer)))
    }
    t.equal(refreshes(w).length, 1)
    t.equal(tokens.size, 1)
    t.strictSame(cookies, tokens, 'every response carries the new session')
  })
})

t.test('lost responses and late requests are harmless', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  const late = w.newBrowserWith(w.browser)
  w.clock.advance(250)
  const token = await tokenOf(w.browser)

  t.test('the old cookie gets the same session again, without asking the issuer', async (t) => {
    w.clock.advance(8)
    t.equal(await tokenOf(w.newBrowserWith(late)), token)
    t.equal(refreshes(w).length, 1)
  })

  t.test('another process of the app asks the issuer and gets the same session', async (t) => {
    const other = await testApp(t, w.issuer, { clock: w.clock })
    const elsewhere = newBrowser(other.app, w.issuer.address)
    for (const [name, value] of late.jar) elsewhere.jar.set(name, value)
    t.equal((await elsewhere.visit('/orders')).statusCode, 200)
    t.equal(refreshes(w).length, 2)
  })

  t.test('after the grace window the issuer decides, and the session is over', async (t) => {
    w.clock.advance(4)
    const answer = await late.visit('/orders/7')
    t.equal(answer.statusCode, 303)
    t.match(answer.headers.location, '/authorize?')
    t.strictSame(
      [...late.jar.keys()].filter((name) => !name.includes('-tx.')),
      [],
      'cookie cleared',
    )
  })
})

t.test('a slow response does not put an old session over a newer one', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  w.clock.advance(250)
  let finish = () => {}
  w.slow.gate = new Promise((resolve) => {
    finish = resolve
  })
  const slow = w.newBrowserWith(w.browser).visit('/slow')
  await asked(w)
  while (w.log().match(/"url":"\/slow"/) === null) await new Promise(setImmediate)
  await tokenOf(w.browser)
  w.clock.advance(250)
  const newest = await tokenOf(w.browser)
  finish()
  const answer = await slow
  t.not(answer.json().token, newest)
  // Beyond the grace window nobody would exchange the old session for the new one.
  w.clock.advance(10)
  t.equal(await openedToken(w, setCookies(answer)), newest)
})

t.test(
  'attack F18: a stale token is renewed without a word to the person, once for 50 requests',
  async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    const first = await tokenOf(w.browser)
    w.verdicts.refused.set(first, 'stale')
    const answers = await Promise.all(
      // Pages and scripts, all with the cookie of before.
      Array.from({ length: 50 }, (_, i) => {
        const one = w.newBrowserWith(w.browser)
        return i % 2 ? one.call('/orders') : one.visit('/orders')
      }),
    )
    t.strictSame(new Set(answers.map((answer) => answer.statusCode)), new Set([200]))
    t.equal(refreshes(w).length, 1)

    t.test('also when another request renewed it just before the permission changed', async (t) => {
      const old = w.newBrowserWith(w.browser)
      const second = await tokenOf(w.browser)
      w.verdicts.refused.set(second, 'stale')
      const answer = await old.visit('/orders')
      t.equal(answer.statusCode, 200)
      t.notOk([first, second].includes(answer.json().token))
    })

    t.test('a script too; and 401 when the session is over', async (t) => {
      w.verdicts.refused.set(await tokenOf(w.browser), 'stale')
      t.equal((await w.browser.call('/orders')).statusCode, 200)
      w.verdicts.refused.set(await tokenOf(w.browser), 'stale')
      w.issuer.endSession('s0_first')
      t.equal((await w.browser.call('/orders')).statusCode, 401)
      t.strictSame([...w.browser.jar.keys()], [])
    })
  },
)

t.test('nobody is signed out because the issuer is away', async (t) => {
  const failures: readonly [string, Partial<World['issuer']['ways']> | 'shut'][] = [
    ['no connection', 'shut'],
    ['503', { tokenStatus: 503 }],
    ['a broken proxy', { tokenStatus: 502 }],
    ['a wrong secret', { tokenError: { status: 401, error: 'invalid_client' } }],
    ['a closed audience', { tokenError: { status: 400, error: 'invalid_target' } }],
    ['an ID token with a foreign signature', { foreignKey: true }],
  ]
  for (const [name, fail] of failures) {
    t.test(name, async (t) => {
      const w = await world(t)
      await w.browser.signIn()
      const first = await tokenOf(w.browser)
      if (fail === 'shut') await w.issuer.shut()
      else Object.assign(w.issuer.ways, fail)
      w.clock.advance(298)
      t.equal(await tokenOf(w.browser), first, 'the token is used while it is good')
      w.clock.advance(3)
      const page = await w.browser.visit('/orders/7?x=1')
      t.equal(page.statusCode, 503)
      t.equal(page.headers['retry-after'], '2')
      t.match(page.headers['content-type'], 'text/html')
      t.match(page.body, 'href="/orders/7?x=1"')
      const call = await w.browser.call('/orders')
      t.equal(call.statusCode, 503)
      t.equal(call.headers['retry-after'], '2')
      t.equal(call.json().code, 'LATCHKEY_ISSUER_UNAVAILABLE')
      t.strictSame([...w.browser.jar.keys()], ['__Host-latchkey.0'], 'the cookie stays')

      Object.assign(w.issuer.ways, {
        tokenStatus: undefined,
        tokenError: undefined,
        foreignKey: false,
      })
      if (fail === 'shut') await w.issuer.open()
      w.clock.advance(3)
      t.equal((await w.browser.visit('/orders')).statusCode, 200, 'and goes on afterwards')
    })
  }

  t.test('while it is away it is asked once in two seconds', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.issuer.ways.tokenStatus = 503
    w.clock.advance(301)
    for (let i = 0; i < 10; i++) t.equal((await w.browser.visit('/orders')).statusCode, 503)
    t.equal(refreshes(w).length, 1)
  })
})

t.test('an upgrade renews nothing, because its answer carries no cookie', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  const first = await tokenOf(w.browser)
  await w.app.listen({ port: 0, host: '127.0.0.1' })
  w.clock.advance(301)
  const cookie = [...w.browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  t.match(await upgrade(w, cookie), { status: 200, body: { token: first } })
  w.verdicts.refused.set(first, 'stale')
  t.match(await upgrade(w, cookie), { status: 401 })
  t.equal(refreshes(w).length, 0)
  w.verdicts.refused.clear()
  t.not(await tokenOf(w.browser), first, 'the next page renews it')
})

t.test(
  'sessions of a foreign issuer without refresh tokens end with the access token',
  async (t) => {
    const w = await world(t)
    w.issuer.ways.refreshTokens = false
    await w.browser.signIn()
    const token = await tokenOf(w.browser)
    w.clock.advance(299)
    t.equal(await tokenOf(w.browser), token)
    w.verdicts.refused.set(token, 'stale')
    t.match((await w.browser.visit('/orders')).headers.location, '/authorize?')
  },
)

/** Holds the token endpoint until the returned function is called. */
function hold(w: World): () => void {
  let release = () => {}
  w.issuer.ways.gate = new Promise((resolve) => {
    release = resolve
  })
  return release
}

/** Waits until the token endpoint has been asked to refresh. */
async function asked(w: World): Promise<void> {
  while (refreshes(w).length === 0) await new Promise(setImmediate)
}

/** The access token inside a session that a response set: what the next request would use. */
async function openedToken(w: World, lines: readonly string[]): Promise<string> {
  const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ')
  const answer = await w.app.inject({ url: '/orders', headers: { cookie } })
  return answer.json().token
}

async function upgrade(w: World, cookie: string): Promise<{ status: number; body: unknown }> {
  const { port } = w.app.server.address() as AddressInfo
  const headers = { cookie, upgrade: 'websocket', connection: 'Upgrade' }
  const request = httpRequest({ port, host: '127.0.0.1', path: '/orders', headers }).end()
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  )
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return { status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) }
}
