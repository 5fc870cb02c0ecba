import t from 'tap'
import { cookieBox } from '../src/cookie-box.ts'
import { SECRET, testApp, world } from './app.ts'
import { type Browser, browser as newBrowser, setCookies } from './browser.ts'

const tokenOf = async (browser: Browser) => (await browser.visit('/orders')).json().token as string

t.test('attack E2: cookies that somebody else put there', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  const mine = w.browser.jar.get('__Host-latchkey.0') ?? ''
  await w.newBrowser().signIn()
  const html = { accept: 'text/html' }
  const get = (cookie: string) => w.app.inject({ url: '/orders', headers: { ...html, cookie } })

  t.equal((await get(`__Host-latchkey.0=${mine}`)).statusCode, 200)
  t.equal(
    (await get(`other=1; __Host-latchkey.0=${mine};x`)).statusCode,
    200,
    'others do not matter',
  )
  const spaced = await get(`\u00a0__Host-latchkey.0=${mine}`)
  t.equal(spaced.statusCode, 303, 'browsers hold only what begins with __Host- to it')
  const double = await get(`__Host-latchkey.0=${mine}; __Host-latchkey.0=${mine}`)
  t.equal(
    double.statusCode,
    400,
    'two of one name: neither is believed, and nobody goes in circles',
  )
  t.match(double.body, 'mixed up')
  const bad: readonly [string, string][] = [
    ['nonsense', 'x'],
    ['a number only', '1.'],
    ['more chunks than there are', `2${mine.slice(1)}`],
    ['more chunks than there may be', `9${mine.slice(1)}`],
    [
      'one character changed',
      mine.replace(/.{5}$/, (end) => (end === 'AAAAA' ? 'BBBBB' : 'AAAAA')),
    ],
    ['the end cut off', mine.slice(0, -8)],
    ['a token without encryption', '1.eyJhbGciOiJub25lIn0.e30.'],
  ]
  for (const [name, value] of bad) {
    const answer = await get(`__Host-latchkey.0=${value}`)
    t.equal(answer.statusCode, 303, name)
    t.ok(
      setCookies(answer).some((line) => line.startsWith('__Host-latchkey.0=; Max-Age=0')),
      name,
    )
  }
  t.equal((await get(`__HOST-latchkey.0=${mine}`)).statusCode, 303, 'the name counts exactly')
  t.equal((await get(`__Host-latchkey.1=${mine}`)).statusCode, 303, 'a chunk without the first')
})

t.test('the cookie secret rotates: the first one encrypts, all of them decrypt', async (t) => {
  const w = await world(t)
  await w.browser.signIn()
  const next = 'another cookie secret, also of thirty-two bytes'
  const under = async (secret: string | string[], from: Browser) => {
    const { app } = await testApp(t, w.issuer, { clock: w.clock, cookieSecret: secret })
    const browser = newBrowser(app, w.issuer.address)
    for (const [name, value] of from.jar) browser.jar.set(name, value)
    return browser
  }
  const both = await under([next, SECRET], w.browser)
  t.equal((await both.visit('/orders')).statusCode, 200)
  t.equal((await (await under(next, both)).visit('/orders')).statusCode, 303, 'still the old one')
  w.clock.advance(250)
  t.equal((await both.visit('/orders')).statusCode, 200)
  t.equal(
    (await (await under(next, both)).visit('/orders')).statusCode,
    200,
    'renewed under the new one',
  )
  t.equal((await (await under(SECRET, both)).visit('/orders')).statusCode, 303)

  t.test('apps that share a secret do not read each other', async (t) => {
    const { app } = await testApp(t, w.issuer, { clock: w.clock, clientId: 'reports' })
    const foreign = newBrowser(app, w.issuer.address)
    for (const [name, value] of w.browser.jar) foreign.jar.set(name, value)
    t.equal((await foreign.visit('/orders')).statusCode, 303)
  })
})

t.test('a session with large tokens is spread over several cookies', async (t) => {
  const w = await world(t)
  w.issuer.ways.padding = 4096
  await w.browser.signIn()
  const names = () => [...w.browser.jar.keys()].sort()
  const all = ['__Host-latchkey.0', '__Host-latchkey.1', '__Host-latchkey.2']
  t.strictSame(names(), all.slice(0, 2))
  t.match(await tokenOf(w.browser), /x{4096}$/)

  t.test('chunks that are no longer needed are deleted', async (t) => {
    w.issuer.ways.padding = 0
    w.clock.advance(250)
    t.match(await tokenOf(w.browser), /[0-9a-f]$/)
    t.strictSame(names(), all.slice(0, 1))
  })

  t.test('a chunk that stayed behind does no harm', async (t) => {
    w.browser.jar.set('__Host-latchkey.1', 'stale')
    t.equal((await w.browser.visit('/orders')).statusCode, 200)
  })

  t.test('when it does not fit, the hint for sign-out goes first', async (t) => {
    w.issuer.ways.padding = 7600
    const browser = w.newBrowser()
    await browser.signIn()
    t.strictSame([...browser.jar.keys()], all)
    t.equal((await browser.visit('/orders')).statusCode, 200)
    const post = await browser.post('/logout', { 'sec-fetch-site': 'same-origin' })
    t.notMatch(post.headers.location, 'id_token_hint')
  })

  t.test('and when nothing helps, the sign-in fails with a clear line in the log', async (t) => {
    w.issuer.ways.padding = 12_000
    const browser = w.newBrowser()
    t.equal((await browser.signIn()).statusCode, 500)
    t.match(w.log(), /its tokens are too large/)
    t.strictSame([...browser.jar.keys()], [])
  })
})

t.test('RFC 7516: what was sealed opens only where it was sealed for', async (t) => {
  const box = await cookieBox([SECRET], 'session', ['issuer', 'client'])
  const sealed = await box.seal('text')
  t.equal(await box.open(sealed), 'text')
  t.not(await box.seal('text'), sealed, 'no two are equal')
  const others: readonly [string, string[], string, string[]][] = [
    ['another secret', [`${SECRET}!`], 'session', ['issuer', 'client']],
    ['another purpose', [SECRET], 'transaction', ['issuer', 'client']],
    ['another issuer', [SECRET], 'session', ['issuer2', 'client']],
    ['another client', [SECRET], 'session', ['issuer', 'client2']],
    ['fields cut elsewhere', [SECRET], 'session', ['issuerc', 'lient']],
  ]
  for (const [name, secrets, purpose, context] of others) {
    t.equal(await (await cookieBox(secrets, purpose, context)).open(sealed), undefined, name)
  }
  const [head = '', ...rest] = sealed.split('.')
  const facts = JSON.parse(Buffer.from(head, 'base64url').toString())
  const bent = [
    { alg: 'A256KW' },
    { enc: 'A128GCM' },
    { zip: 'DEF' },
    { kid: undefined },
    { crit: ['x'] },
  ]
  for (const change of bent) {
    const part = Buffer.from(JSON.stringify({ ...facts, ...change })).toString('base64url')
    t.equal(await box.open([part, ...rest].join('.')), undefined, JSON.stringify(change))
  }
  await t.rejects(cookieBox([], 'session', []), RangeError)
})
