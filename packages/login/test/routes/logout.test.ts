import t from 'tap'
import { isNavigation, isSameOriginLink, isSameOriginPost } from '../../src/fetch-metadata.ts'
import { BASE, world } from '../app.ts'
import { without } from '../fake-issuer.ts'

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }
const LINK = { ...SAME_ORIGIN, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

t.test('RP-Initiated Logout 1.0 section 2: signing out', async (t) => {
  const w = await world(t)
  const { browser } = w
  await browser.signIn()
  await browser.visit('/login?next=/orders')
  t.equal(browser.jar.size, 2, 'a session and a sign-in under way')

  const answer = await browser.post('/logout', SAME_ORIGIN)
  t.equal(answer.statusCode, 303)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.strictSame([...browser.jar.keys()], [], 'no cookie stays')
  const url = new URL(String(answer.headers.location))
  t.equal(url.origin + url.pathname, `${w.issuer.issuer}/logout`)
  t.match(Object.fromEntries(url.searchParams), {
    id_token_hint: /^[\w-]+\.[\w-]+\.[\w-]+$/,
    client_id: 'orders',
    post_logout_redirect_uri: `${BASE}/logout`,
    state: /./,
  })

  t.test('attack E6: the back button shows nothing', async (t) => {
    const page = await browser.visit('/orders')
    t.match(page.headers.location, '/authorize?')
    t.notMatch(page.body, 'ada')
    browser.jar.clear()
  })

  t.test('the way back from the issuer says whether all of it is over', async (t) => {
    const state = url.searchParams.get('state') ?? ''
    const everywhere = await browser.visit(`/logout?state=${encodeURIComponent(state)}`)
    t.equal(everywhere.statusCode, 200)
    t.match(everywhere.body, 'You are signed out of this app and of all others')
    for (const query of ['', '?state=', '?state=forged', `?state=${state}&state=${state}`]) {
      const here = await browser.visit(`/logout${query}`)
      t.equal(here.statusCode, 200)
      t.match(here.body, 'You are not signed in to this app')
    }
    const chinese = await browser.visit('/logout', { 'accept-language': 'zh-CN' })
    t.match(chinese.body, '您未登录此应用')
    t.equal(chinese.headers['content-language'], 'zh-CN')
  })

  t.test('without a session the person is sent to the issuer all the same', async (t) => {
    const { location } = (await browser.post('/logout', SAME_ORIGIN)).headers
    t.match(location, `${w.issuer.issuer}/logout?`)
    t.notMatch(location, 'id_token_hint')
  })
})

t.test('attack E4: nobody is signed out by another site', async (t) => {
  const w = await world(t)
  const { browser } = w
  await browser.signIn()

  const asked: readonly [string, Record<string, string>][] = [
    ['a link of another site', { ...LINK, 'sec-fetch-site': 'cross-site' }],
    ['a typed address', { ...LINK, 'sec-fetch-site': 'none' }],
    [
      'an image on a page of ours',
      { ...SAME_ORIGIN, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    ['a frame on a page of ours', { ...LINK, 'sec-fetch-dest': 'iframe' }],
    ['a prefetch', { ...LINK, 'sec-purpose': 'prefetch' }],
    ['a browser that says nothing', { 'sec-fetch-mode': 'navigate' }],
  ]
  for (const [name, headers] of asked) {
    const page = await browser.visit('/logout', headers)
    t.equal(page.statusCode, 200, name)
    t.match(page.body, '<form method="post" action="/logout"><button>Sign out</button></form>')
    t.match(page.body, '<a class="quiet" href="/">Stay signed in</a>')
    t.equal(browser.jar.size, 1, `${name}: nothing happened`)
  }

  const refused: readonly [string, Record<string, string>][] = [
    ['a form of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a form of a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['an old browser on another site', { origin: 'https://evil.example' }],
    ['an origin that hides', { origin: 'null' }],
    ['no word of the browser', {}],
  ]
  for (const [name, headers] of refused) {
    const page = await browser.post('/logout', headers)
    t.equal(page.statusCode, 403, name)
    t.match(page.body, 'Another site asked to sign you out')
    t.equal(browser.jar.size, 1, `${name}: nothing happened`)
  }

  t.test('attack E3: a body that is no form is refused', async (t) => {
    const page = await browser.post(
      '/logout',
      { ...SAME_ORIGIN, 'content-type': 'text/plain' },
      'x=',
    )
    t.equal(page.statusCode, 415)
    t.equal(browser.jar.size, 1)
  })

  t.test('a link of ours signs out, and so does a form of an old browser', async (t) => {
    const other = w.newBrowserWith(browser)
    t.equal((await browser.visit('/logout', LINK)).statusCode, 303)
    t.equal(browser.jar.size, 0)
    t.equal((await other.post('/logout', { origin: BASE })).statusCode, 303)
    t.equal(other.jar.size, 0)
  })
})

t.test('a sign-out that does not reach the issuer says so', async (t) => {
  t.test('the issuer is away', async (t) => {
    const w = await world(t)
    await w.issuer.shut()
    const page = await w.browser.post('/logout', SAME_ORIGIN)
    t.equal(page.statusCode, 503)
    t.match(page.body, 'You are signed out of this app only')
  })

  t.test('the issuer knows no sign-out', async (t) => {
    const w = await world(t)
    w.issuer.ways.metadata = (metadata) => without(metadata, 'end_session_endpoint')
    await w.browser.signIn()
    const page = await w.browser.post('/logout', SAME_ORIGIN)
    t.equal(page.statusCode, 200)
    t.match(page.body, 'Other apps may still be open')
    t.equal(w.browser.jar.size, 0)
  })
})

t.test('pages hold nothing that could run or be framed', async (t) => {
  const w = await world(t)
  const page = await w.browser.visit('/logout')
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, "default-src 'none'; style-src 'sha256-")
  t.match(policy, `form-action 'self' ${w.issuer.issuer};`)
  t.match(policy, "frame-ancestors 'none'; base-uri 'none'")
  t.match(page.headers, {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
  })
  t.match(page.body, /^<!doctype html>\n<html lang="en">/)
  t.notMatch(page.body, /<script|src=/)
  t.match(policy, 'img-src data:;')
  t.match(page.body, '<link rel="icon" href="data:,">', 'and nothing is fetched, not even an icon')
})

t.test('with a prefix all paths move, and nothing stays', async (t) => {
  const w = await world(t, { prefix: '/auth', cookieName: '__Host-orders' })
  const redirect = await w.browser.visit('/auth/login?next=/orders')
  const { searchParams } = new URL(String(redirect.headers.location))
  t.equal(searchParams.get('redirect_uri'), `${BASE}/auth/login/callback`)
  t.equal((await w.browser.throughIssuer(redirect)).headers.location, `${BASE}/orders`)
  t.strictSame([...w.browser.jar.keys()], ['__Host-orders.0'])
  const { location } = (await w.browser.post('/auth/logout', SAME_ORIGIN)).headers
  t.equal(
    new URL(String(location)).searchParams.get('post_logout_redirect_uri'),
    `${BASE}/auth/logout`,
  )
  for (const path of ['/login', '/logout']) {
    t.notOk(w.app.hasRoute({ method: 'GET', url: path }), path)
  }
})

t.test('Fetch Metadata: both sides of every condition', (t) => {
  const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  t.equal(isNavigation('GET', navigation), true)
  t.equal(isNavigation('HEAD', without(navigation, 'sec-fetch-mode')), true)
  t.equal(isNavigation('POST', navigation), false)
  t.equal(isNavigation('GET', without(navigation, 'accept')), false)
  t.equal(isNavigation('GET', { ...navigation, 'sec-fetch-mode': 'cors' }), false)
  t.equal(isNavigation('GET', { ...navigation, upgrade: 'websocket' }), false)
  t.equal(isSameOriginLink(LINK), true)
  for (const name of Object.keys(LINK)) {
    t.equal(isSameOriginLink(without(LINK, name as keyof typeof LINK)), false, name)
  }
  t.equal(isSameOriginPost({ 'sec-fetch-site': 'cross-site', origin: BASE }, BASE), false)
  t.equal(isSameOriginPost({ origin: `${BASE}0` }, BASE), false)
  t.end()
})
