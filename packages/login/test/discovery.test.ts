import t from 'tap'
import { type World, world } from './app.ts'
import { fakeIssuer, without } from './fake-issuer.ts'

t.test('a sign-in while the issuer is away', async (t) => {
  t.test('the app starts without the issuer, says 503, and signs in when it is back', async (t) => {
    const w = await world(t)
    await w.issuer.shut()
    const answer = await w.browser.visit('/orders')
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '2')
    t.match(answer.body, 'Sign-in is not available right now')
    t.equal((await w.browser.call('/orders')).statusCode, 401, 'a script learns that it is nobody')

    await w.issuer.open()
    t.equal(
      (await w.browser.visit('/orders')).statusCode,
      503,
      'the issuer is left in peace for 2 s',
    )
    t.strictSame(w.issuer.paths, [])
    w.clock.advance(2)
    t.equal((await w.browser.signIn()).statusCode, 303)
  })

  t.test('the clock that was chosen counts for ID tokens, also when it is moved', async (t) => {
    const w = await world(t)
    t.equal((await w.browser.signIn()).statusCode, 303)
    w.clock.advance(-86_400)
    t.equal((await w.newBrowser().signIn()).statusCode, 303, 'they expire by that clock')
    w.issuer.ways.idToken = (claims) => ({ ...claims, exp: (claims.iat ?? 0) - 10 })
    t.equal((await w.newBrowser().signIn()).statusCode, 400)
  })

  t.test('what the issuer keeps on another host is reached there', async (t) => {
    const w = await world(t)
    const other = await fakeIssuer(w.clock)
    t.teardown(() => other.shut())
    w.issuer.ways.metadata = (facts) => ({ ...facts, jwks_uri: `${other.address}/jwks` })
    t.equal((await w.browser.signIn()).statusCode, 303)
    t.strictSame(other.paths, ['/jwks'])
  })

  t.test('discovery is asked once, by all who wait for it', async (t) => {
    const w = await world(t)
    await Promise.all(Array.from({ length: 20 }, () => w.newBrowser().visit('/orders')))
    t.strictSame(w.issuer.paths, ['/.well-known/openid-configuration'])
  })

  const broken: readonly [
    string,
    (metadata: Record<string, unknown>) => Record<string, unknown>,
  ][] = [
    ['another name', (metadata) => ({ ...metadata, issuer: 'http://other.localhost' })],
    ['its name with a slash', (metadata) => ({ ...metadata, issuer: `${metadata['issuer']}/` })],
    ['no keys', (metadata) => without(metadata, 'jwks_uri')],
  ]
  for (const [name, bend] of broken) {
    t.test(`metadata with ${name} is not used`, async (t) => {
      const w = await world(t)
      w.issuer.ways.metadata = bend
      t.equal((await w.browser.visit('/orders')).statusCode, 503)
    })
  }

  const failures: readonly [string, number, Partial<World['issuer']['ways']>][] = [
    ['a token endpoint that answers 503', 503, { tokenStatus: 503 }],
    ['a token endpoint behind a broken proxy', 503, { tokenStatus: 502 }],
    [
      'a store that is down',
      503,
      { tokenError: { status: 400, error: 'temporarily_unavailable' } },
    ],
    ['a wrong secret', 400, { tokenError: { status: 401, error: 'invalid_client' } }],
    ['a code that is too old', 400, { tokenError: { status: 400, error: 'invalid_grant' } }],
  ]
  for (const [name, status, fail] of failures) {
    t.test(`${name} gives a page with status ${status}`, async (t) => {
      const w = await world(t)
      Object.assign(w.issuer.ways, fail)
      const answer = await w.browser.signIn()
      t.equal(answer.statusCode, status)
      t.match(answer.headers['content-type'], 'text/html')
      t.strictSame([...w.browser.jar.keys()], [])
    })
  }

  t.test('no connection at all when the code is redeemed gives 503', async (t) => {
    const w = await world(t)
    const { pathname, search } = await w.browser.callbackFor(await w.browser.visit('/orders'))
    await w.issuer.shut()
    t.equal((await w.browser.visit(pathname + search)).statusCode, 503)
  })
})
