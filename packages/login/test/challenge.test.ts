import t from 'tap'
import { BASE, type World, world } from './app.ts'
import { setCookies } from './browser.ts'

t.test('a session is over when', async (t) => {
  t.test('its absolute lifetime is, although its token is good', async (t) => {
    const w = await world(t, { sessionSeconds: 200 })
    await w.browser.signIn()
    w.clock.advance(199)
    t.equal((await w.browser.visit('/orders')).statusCode, 200)
    w.clock.advance(2)
    t.strictSame((await w.browser.visit('/')).json(), {}, 'nobody on a public page')
    t.equal((await w.browser.call('/orders')).statusCode, 401)
    t.strictSame([...w.browser.jar.keys()], [], 'cookie cleared (attack E10)')
  })

  t.test('renewing it does not move its end', async (t) => {
    const w = await world(t, { sessionSeconds: 400 })
    await w.browser.signIn()
    w.clock.advance(280)
    t.equal((await w.browser.visit('/orders')).statusCode, 200)
    w.clock.advance(121)
    t.equal((await w.browser.visit('/orders')).statusCode, 303)
  })

  const others: readonly [string, Partial<World['issuer']['ways']>][] = [
    ['the issuer answers a refresh for another person', { sub: 'u_eve' }],
    ['the issuer answers a refresh for another session', { sid: 's0_other' }],
  ]
  for (const [name, change] of others) {
    t.test(name, async (t) => {
      const w = await world(t)
      await w.browser.signIn()
      Object.assign(w.issuer.ways, change)
      w.clock.advance(250)
      t.equal((await w.browser.call('/orders')).statusCode, 401)
      t.strictSame([...w.browser.jar.keys()], [])
    })
  }

  t.test('the verifier says so: the person signs in again, and at most twice', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.refuseAll = true
    const again = await w.browser.visit('/orders/7')
    t.equal(again.statusCode, 303)
    t.ok(
      setCookies(again).includes(
        '__Host-latchkey.0=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax',
      ),
    )
    t.equal((await w.browser.throughIssuer(again)).headers.location, `${BASE}/orders/7`)
    const page = await w.browser.visit('/orders/7')
    t.equal(page.statusCode, 403)
    t.match(page.body, 'did not accept your sign-in')
    t.strictSame([...w.browser.jar.keys()], [])
    w.verdicts.refuseAll = false
    await w.browser.signIn()
    t.equal((await w.browser.visit('/orders')).statusCode, 200)
  })

  t.test('the verifier says so long after sign-in: that is no circle', async (t) => {
    const w = await world(t)
    w.verdicts.refuseAll = true
    let answer = await w.browser.visit('/orders')
    for (let i = 0; i < 3; i++) {
      await w.browser.throughIssuer(answer)
      w.clock.advance(10)
      answer = await w.browser.visit('/orders')
      t.equal(answer.statusCode, 303)
    }
  })
})

t.test('who is sent to sign in: only a person who opens a page', async (t) => {
  const w = await world(t)
  const html = 'text/html,application/xhtml+xml'
  const cases: readonly [string, number, 'GET' | 'POST' | 'HEAD', Record<string, string>][] = [
    ['a navigation', 303, 'GET', { accept: html, 'sec-fetch-mode': 'navigate' }],
    ['a browser without fetch metadata', 303, 'GET', { accept: html }],
    ['HEAD', 303, 'HEAD', { accept: html }],
    ['a script that takes HTML', 401, 'GET', { accept: html, 'sec-fetch-mode': 'cors' }],
    ['an image', 401, 'GET', { accept: 'image/*', 'sec-fetch-mode': 'no-cors' }],
    ['an API client', 401, 'GET', { accept: 'application/json' }],
    ['a client without wishes', 401, 'GET', { accept: '*/*' }],
    ['a form', 401, 'POST', { accept: html, 'sec-fetch-mode': 'navigate' }],
    ['a socket', 401, 'GET', { accept: html, upgrade: 'websocket' }],
  ]
  for (const [name, status, method, headers] of cases) {
    const answer = await w.app.inject({ method, url: '/orders', headers })
    t.equal(answer.statusCode, status, name)
  }
  t.test('addresses that are no canonical path of the app are forgotten', async (t) => {
    const redirect = await w.browser.visit('//evil.example/..//')
    t.equal((await w.browser.throughIssuer(redirect)).headers.location, `${BASE}/`)
  })
})

t.test('RFC 9470 section 4: a page that wants a stronger or newer sign-in', async (t) => {
  const mfa = { acrValues: ['urn:latchkey:acr:mfa', 'urn:example:gold'], maxAgeSeconds: undefined }
  const recent = { acrValues: [], maxAgeSeconds: 300 }

  t.test('sends the person to the issuer with what it wants, and keeps the session', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    const sent = async (wanted: World['verdicts']['wanted']) => {
      w.verdicts.wanted = wanted
      const { statusCode, headers } = await w.browser.visit('/orders/7')
      t.equal(statusCode, 303)
      const { searchParams } = new URL(String(headers.location))
      return [searchParams.get('acr_values'), searchParams.get('max_age')]
    }
    t.strictSame(await sent(mfa), ['urn:latchkey:acr:mfa urn:example:gold', null])
    t.strictSame(await sent(recent), [null, '300'])
    t.strictSame(await sent({ ...mfa, maxAgeSeconds: 60 }), [
      'urn:latchkey:acr:mfa urn:example:gold',
      '60',
    ])
    t.equal((await w.browser.visit('/orders')).statusCode, 200, 'still signed in')
  })

  t.test('opens once the person has done it', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = mfa
    const back = await w.browser.throughIssuer(await w.browser.visit('/orders/7'))
    t.equal(back.headers.location, `${BASE}/orders/7`)
    w.verdicts.wanted = undefined
    t.equal((await w.browser.visit('/orders/7')).statusCode, 200)
  })

  t.test('asks once: a sign-in that did not help gets a page, and no circle', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = mfa
    await w.browser.throughIssuer(await w.browser.visit('/orders/7'))
    const page = await w.browser.visit('/orders/7')
    t.equal(page.statusCode, 403)
    t.match(page.body, 'needs a stronger sign-in')
    t.match(page.body, 'href="/orders/7"')
    t.equal((await w.browser.visit('/orders')).statusCode, 200, 'still signed in')
    w.verdicts.wanted = recent
    t.equal(
      (await w.browser.visit('/orders/7')).statusCode,
      303,
      'another demand is another matter',
    )
    w.verdicts.wanted = mfa
    w.clock.advance(10)
    t.equal((await w.browser.visit('/orders/7')).statusCode, 303, 'later it may help')
  })

  t.test('asks again when a sign-in has grown too old since', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = { acrValues: [], maxAgeSeconds: 5 }
    w.issuer.ways.idToken = (claims) => ({ ...claims, auth_time: claims.iat as number })
    await w.browser.throughIssuer(await w.browser.visit('/orders/7'))
    w.clock.advance(4)
    t.equal((await w.browser.visit('/orders/7')).statusCode, 403)
    w.clock.advance(1)
    t.equal((await w.browser.visit('/orders/7')).statusCode, 303)
  })

  t.test('believes no issuer that did not ask again', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = recent
    w.issuer.ways.idToken = (claims) => ({ ...claims, auth_time: (claims.iat as number) - 3600 })
    const back = await w.browser.throughIssuer(await w.browser.visit('/orders/7'))
    t.equal(back.statusCode, 400)
    t.match(back.body, 'The sign-in was not completed')
  })

  t.test('says so when the issuer cannot give it', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = mfa
    w.issuer.ways.authorizationError = 'unmet_authentication_requirements'
    const back = await w.browser.throughIssuer(await w.browser.visit('/orders/7'))
    t.equal(back.statusCode, 403)
    t.match(back.body, 'needs a stronger sign-in')
  })

  t.test('gives scripts the plain refusal', async (t) => {
    const w = await world(t)
    await w.browser.signIn()
    w.verdicts.wanted = mfa
    t.equal((await w.browser.call('/orders/7')).statusCode, 401)
  })
})
