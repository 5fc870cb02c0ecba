import type { JWTPayload } from 'jose'
import t from 'tap'
import { BASE, type World, world } from '../app.ts'
import { without } from '../fake-issuer.ts'

const issuerOf = (w: World) => new URL(w.issuer.issuer).origin

t.test('OpenID Connect Core section 3.1: a sign-in', async (t) => {
  const w = await world(t)
  const { browser } = w

  const redirect = await browser.visit('/orders?page=2')
  const url = new URL(String(redirect.headers.location))
  const { searchParams } = url
  t.equal(redirect.statusCode, 303)
  t.equal(redirect.headers['cache-control'], 'no-store')
  t.equal(url.origin, issuerOf(w), 'the browser is sent to the public name, not to the address')
  t.match(Object.fromEntries(searchParams), {
    client_id: 'orders',
    response_type: 'code',
    redirect_uri: `${BASE}/login/callback`,
    scope: 'openid profile',
    resource: BASE,
    code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/,
    nonce: /^[\w-]{22}$/,
    state: /^[0-9a-z]+\.0\.[\w-]{22}$/,
  })

  const back = await browser.throughIssuer(redirect)
  t.equal(back.statusCode, 303)
  t.equal(back.headers.location, `${BASE}/orders?page=2`, 'the deep link is restored')
  t.equal(back.headers['cache-control'], 'no-store')
  t.strictSame([...browser.jar.keys()], ['__Host-latchkey.0'], 'the transaction cookie is spent')

  const page = await browser.visit('/orders?page=2')
  t.match(page.json(), { person: { sub: 'u_ada', name: 'Ada', sid: 's0_first' }, token: /^at_/ })
  t.equal(page.headers['cache-control'], 'no-store', 'the back button shows nothing after sign-out')
  t.equal(page.headers['set-cookie'], undefined, 'a page that renews nothing sets nothing')

  t.test('the person is known on public pages, which may be cached if they say so', async (t) => {
    const home = await browser.visit('/')
    t.match(home.json(), { person: { name: 'Ada' } })
    t.equal(home.headers['cache-control'], 'no-store')
    t.equal((await browser.visit('/logo')).headers['cache-control'], 'public, max-age=60')
    t.strictSame((await w.newBrowser().visit('/')).json(), {}, 'another browser is nobody')
  })

  t.test('a code is redeemed with its verifier, its audience and the secret of the client', (t) => {
    t.equal(w.issuer.tokenRequests.length, 1)
    const form = Object.fromEntries(w.issuer.tokenRequests[0] ?? [])
    t.match(form, {
      grant_type: 'authorization_code',
      code_verifier: /^[\w-]{43}$/,
      resource: BASE,
    })
    t.notOk('client_secret' in form, 'the secret travels in the Authorization header')
    t.end()
  })

  t.test('nothing secret is logged', (t) => {
    const secrets = [...browser.jar.values(), page.json().token, searchParams.get('state') ?? '?']
    const code = w.issuer.tokenRequests[0]?.get('code') ?? '?'
    const logged = w.log()
    for (const secret of [...secrets, code, 'secret:']) t.notOk(logged.includes(secret))
    t.match(logged, /"sub":"u_ada","sid":"s0_first".*signed in/)
    t.end()
  })
})

t.test(
  'attacks C14 and C15: an answer that does not belong to this sign-in is not used',
  async (t) => {
    const w = await world(t)
    type Bend = (callback: URL) => void
    const cases: readonly [string, Bend][] = [
      ['another issuer (RFC 9207)', (url) => url.searchParams.set('iss', 'http://evil.localhost')],
      ['no issuer, although the metadata promises it', (url) => url.searchParams.delete('iss')],
      ['issuer with a slash more', (url) => url.searchParams.set('iss', `${w.issuer.issuer}/`)],
      ['two issuers', (url) => url.searchParams.append('iss', w.issuer.issuer)],
      ['two codes', (url) => url.searchParams.append('code', 'other')],
      ['no code', (url) => url.searchParams.delete('code')],
      ['another code', (url) => url.searchParams.set('code', 'other')],
      [
        'a refusal in the name of another issuer',
        ({ searchParams }) => {
          searchParams.set('error', 'access_denied')
          searchParams.set('iss', 'http://evil.localhost')
        },
      ],
      ['an ID token in the address', (url) => url.searchParams.set('id_token', 'a.b.c')],
    ]
    for (const [name, bend] of cases) {
      const browser = w.newBrowser()
      const callback = await browser.callbackFor(await browser.visit('/orders'))
      bend(callback)
      const answer = await browser.visit(callback.pathname + callback.search)
      t.equal(answer.statusCode, 400, name)
      t.match(answer.body, '/login?next=%2Forders', `${name}: one can try again`)
      t.strictSame([...browser.jar.keys()], [], `${name}: nobody is signed in`)
    }

    t.test('the state of another browser begins a new sign-in, once', async (t) => {
      const attacker = w.newBrowser()
      const victim = w.newBrowser()
      const requests = w.issuer.tokenRequests.length
      const callback = await attacker.callbackFor(await attacker.visit('/orders'))
      const restart = await victim.visit(callback.pathname + callback.search)
      t.equal(restart.statusCode, 303)
      t.equal(new URL(String(restart.headers.location)).pathname, '/authorize')
      t.equal(w.issuer.tokenRequests.length, requests, 'the code is not looked at')

      victim.jar.clear()
      const callbackAgain = await victim.callbackFor(restart)
      const answer = await victim.visit(callbackAgain.pathname + callbackAgain.search)
      t.equal(answer.statusCode, 400, 'a browser that keeps no cookies gets a page, not a circle')
      t.match(answer.body, 'allow cookies')
    })

    const unusable: readonly [string, string][] = [
      ['no state', '?code=c'],
      ['a state that is not ours', '?code=c&state=<script>'],
      ['two states', '?code=c&state=1.0.aaaaaaaaaaaaaaaaaaaaaa&state=1.0.aaaaaaaaaaaaaaaaaaaaaa'],
      ['ten thousand characters of state', `?code=c&state=${'a'.repeat(10_000)}`],
      ['an error without state', '?error=access_denied'],
    ]
    for (const [name, search] of unusable) {
      t.test(`${name} begins a new sign-in`, async (t) => {
        const answer = await w.newBrowser().visit(`/login/callback${search}`)
        t.equal(answer.statusCode, 303)
        t.match(answer.headers.location, `${w.issuer.issuer}/authorize?`)
      })
    }

    t.test('with a living session a stray answer leads to the first page', async (t) => {
      const browser = w.newBrowser()
      const redirect = await browser.visit('/orders')
      const { pathname, search } = await browser.callbackFor(redirect)
      t.equal((await browser.visit(pathname + search)).headers.location, `${BASE}/orders`)
      const again = await browser.visit(pathname + search)
      t.equal(again.statusCode, 303)
      t.equal(again.headers.location, `${BASE}/`)
      t.match((await browser.visit('/orders')).json(), { person: { sub: 'u_ada' } })
    })

    t.test(
      'a transaction cookie under another name, of another app or too old is no transaction',
      async (t) => {
        const browser = w.newBrowser()
        const first = await browser.callbackFor(await browser.visit('/orders'))
        const [name = '', value = ''] = [...browser.jar][0] ?? []
        const renamed = first.searchParams
          .get('state')
          ?.replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A'))
        browser.jar.set(`__Host-latchkey-tx.${renamed}`, value)
        first.searchParams.set('state', renamed ?? '')
        t.match(
          (await browser.visit(first.pathname + first.search)).headers.location,
          '/authorize?',
        )

        browser.jar.clear()
        const second = await browser.callbackFor(await browser.visit('/orders'))
        const [ours = ''] = [...browser.jar.keys()]
        browser.jar.set(ours, value)
        t.not(ours, name)
        t.match(
          (await browser.visit(second.pathname + second.search)).headers.location,
          '/authorize?',
        )

        browser.jar.clear()
        const third = await browser.callbackFor(await browser.visit('/orders'))
        w.clock.advance(1801)
        t.match(
          (await browser.visit(third.pathname + third.search)).headers.location,
          '/authorize?',
        )
      },
    )

    t.test('HEAD does not spend the code', async (t) => {
      const browser = w.newBrowser()
      const { pathname, search } = await browser.callbackFor(await browser.visit('/orders'))
      const head = await w.app.inject({ method: 'HEAD', url: pathname + search })
      t.equal(head.statusCode, 401, 'there is no such route, and what is unknown is closed')
      t.equal((await browser.visit(pathname + search)).headers.location, `${BASE}/orders`)
    })
  },
)

t.test(
  'OpenID Connect Core section 3.1.3.7: an ID token that fails a check signs nobody in',
  async (t) => {
    const w = await world(t)
    const cases: readonly [string, (claims: JWTPayload) => JWTPayload][] = [
      ['another nonce', (claims) => ({ ...claims, nonce: 'other' })],
      ['no nonce', (claims) => without(claims, 'nonce')],
      ['another issuer', (claims) => ({ ...claims, iss: 'http://evil.localhost' })],
      ['another audience', (claims) => ({ ...claims, aud: 'reports' })],
      ['a second audience without azp', (claims) => ({ ...claims, aud: ['orders', 'reports'] })],
      ['expired', (claims) => ({ ...claims, exp: (claims.iat ?? 0) - 10 })],
      ['no sub', (claims) => without(claims, 'sub')],
    ]
    for (const [name, bend] of cases) {
      const browser = w.newBrowser()
      w.issuer.ways.idToken = bend
      t.equal((await browser.signIn()).statusCode, 400, name)
      t.strictSame([...browser.jar.keys()], [], `${name}: nobody is signed in`)
    }
    w.issuer.ways.idToken = (claims) => claims

    t.test('a signature with a key that the issuer does not publish', async (t) => {
      w.issuer.ways.foreignKey = true
      t.equal((await w.browser.signIn()).statusCode, 400)
      w.issuer.ways.foreignKey = false
      t.equal((await w.browser.signIn()).statusCode, 303)
    })
  },
)

t.test('RFC 6749 section 4.1.2.1: an error of the issuer becomes a readable page', async (t) => {
  const w = await world(t)
  const cases: readonly [string, number, string, string][] = [
    ['access_denied', 403, 'You were not signed in', '未登录'],
    ['login_required', 400, 'The sign-in was not completed', '登录未完成'],
    ['interaction_required', 400, 'The sign-in was not completed', '登录未完成'],
    ['<script>alert(1)</script>', 400, 'The sign-in was not completed', '登录未完成'],
    ['temporarily_unavailable', 503, 'Sign-in is not available', '暂时无法登录'],
    ['server_error', 503, 'Sign-in is not available', '暂时无法登录'],
  ]
  for (const [error, status, english, chinese] of cases) {
    for (const [language, words] of [
      ['en', english],
      ['zh-CN,zh;q=0.9,en;q=0.8', chinese],
    ] as const) {
      const browser = w.newBrowser()
      const callback = await browser.callbackFor(await browser.visit('/orders/7'))
      callback.searchParams.delete('code')
      callback.searchParams.set('error', error)
      callback.searchParams.set('error_description', '<img src=x onerror=alert(1)>')
      const url = callback.pathname + callback.search
      const answer = await browser.visit(url, { 'accept-language': language })
      t.equal(answer.statusCode, status, `${error}, ${language}`)
      t.match(answer.body, words)
      t.match(answer.body, '/login?next=%2Forders%2F7')
      t.notMatch(answer.body, /<script|onerror|access_denied/, 'nothing of the answer is shown')
      t.equal(answer.headers['retry-after'], status === 503 ? '2' : undefined)
      t.match(answer.headers, { 'cache-control': 'no-store', 'x-frame-options': 'DENY' })
    }
  }
  t.notMatch(w.log(), /script|onerror/, 'nor logged')
})
