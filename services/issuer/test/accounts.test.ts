import t from 'tap'
import { AUTHORIZE, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

const authorizeUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`
const cookie = (browser: { cookies: Map<string, string> }) =>
  browser.cookies.get('__Host-latchkey-session') ?? ''
const sid = (value: string) => value.split('.')[0]

t.test('attack E1: the cookie is new after every sign-in', async (t) => {
  t.test('the same person keeps the session, so that the other apps stay signed in', async (t) => {
    const browser = issuer.browser()
    await browser.signIn('ada')
    const before = cookie(browser)
    await browser.signIn('ada', { prompt: 'login' })
    t.equal(sid(cookie(browser)), sid(before))
    t.not(cookie(browser), before)
    const thief = issuer.browser()
    thief.cookies.set('__Host-latchkey-session', before)
    t.equal((await thief.get(authorizeUrl())).statusCode, 200, 'the old cookie opens nothing')
  })
  t.test('another person comes in addition, in front', async (t) => {
    const browser = issuer.browser()
    await browser.signIn('ada')
    const before = cookie(browser)
    await browser.signIn('bob', { prompt: 'login' })
    const [bob = '', ada] = cookie(browser).split('~')
    t.equal(ada, before)
    t.not(sid(bob), sid(before))
    t.ok(await issuer.store.sessions.find(sid(before) ?? '', issuer.now()))
  })
  t.test('an id with a secret of somebody else opens nothing', async (t) => {
    const [ada, bob] = [issuer.browser(), issuer.browser()]
    await ada.signIn('ada')
    await bob.signIn('bob')
    const [adaSid] = cookie(ada).split('.')
    const [, bobSecret] = cookie(bob).split('.')
    bob.cookies.set('__Host-latchkey-session', `${adaSid}.${bobSecret}`)
    t.equal((await bob.get(authorizeUrl())).statusCode, 200)
  })
})
