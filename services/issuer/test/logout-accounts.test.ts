/** Signing out where several accounts are signed in: RP-Initiated Logout 1.0 section 2 leaves it to the issuer whom it asks. */
import { decodeJwt } from 'jose'
import t from 'tap'
import { CATALOGUES } from '../src/pages/messages/fill.ts'
import { hiddenFields, type TestBrowser, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const alive = async (sid: string) =>
  (await issuer.store.sessions.find(sid, issuer.now())) !== undefined

t.test('several accounts in one browser: one is signed out, the others stay', async (t) => {
  const two = async () => {
    const browser = issuer.browser()
    const { id_token } = await tokenRequests(issuer).tokensOf(browser)
    const ada = { browser, idToken: id_token, sid: String(decodeJwt(id_token)['sid']) }
    const bob = await ada.browser.signIn('bob', { prompt: 'login' })
    t.ok(bob.get('code'))
    const cookie = ada.browser.cookies.get('__Host-latchkey-session') ?? ''
    const [front = '', back = ''] = cookie.split('~').map((handle) => handle.split('.')[0] ?? '')
    t.equal(back, ada.sid)
    return { ...ada, bob: front }
  }
  const cookieOf = (browser: TestBrowser) =>
    browser.cookies.get('__Host-latchkey-session')?.split('.')[0]
  t.test('the question names the account used last, and ends that one', async (t) => {
    const { browser, sid, bob } = await two()
    const page = await browser.get('/logout')
    t.match(page.body, '>Bob<')
    const out = await browser.submit('/logout/confirm', hiddenFields(page.body))
    t.strictSame([await alive(bob), await alive(sid)], [false, true])
    t.equal(cookieOf(browser), sid)
    t.match(out.body, CATALOGUES.en.sessionEndedTitle)
    t.match(out.body, CATALOGUES.en.signedOutOthers)
  })
  t.test('a hint names which one, without a question', async (t) => {
    const { browser, sid, bob, idToken } = await two()
    await browser.get(`/logout?id_token_hint=${idToken}`)
    t.strictSame([await alive(bob), await alive(sid)], [true, false])
    t.equal(cookieOf(browser), bob)
  })
  t.test('a question that was left open ends the account that it named or none', async (t) => {
    const { browser, sid, bob } = await two()
    const page = await browser.get('/logout')
    await browser.submit('/logout/confirm', hiddenFields(page.body))
    t.equal(await alive(bob), false)
    const again = await browser.submit('/logout/confirm', hiddenFields(page.body))
    t.equal(again.statusCode, 200)
    t.equal(await alive(sid), true)
  })
  t.test('and so does the button of the home page', async (t) => {
    const { browser, sid, bob } = await two()
    const page = await browser.get('/')
    const fields = hiddenFields(page.body)
    t.equal(fields['account'], bob)
    await browser.submit('/logout/confirm', { ...fields, account: sid })
    t.strictSame([await alive(bob), await alive(sid)], [true, false])
  })
})
