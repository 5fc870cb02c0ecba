import { ACR } from '@latchkey/protocol'
import t from 'tap'
import { GUESSING_LIMITS } from '../src/people/guessing-limits.ts'
import { NEW_PASSWORD_SECONDS } from '../src/sign-in/new-password-step.ts'
import { giveOneTimeCode } from './fixtures/one-time-code.ts'
import { hiddenFields } from './hidden-fields.ts'
import { AUTHORIZE, answerOf, passwordOf, type TestBrowser, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** Signing in with a password that has to be changed: NIST SP 800-63B section 3.1.1, attack G10. */

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem, refresh } = tokenRequests(issuer)
const { users } = issuer.directory

const NEW = 'chosen by myself'

let people = 0
/** Somebody whose password an administrator has set. */
async function somebody() {
  people += 1
  const username = `temporary${people}`
  await issuer.addPerson(username)
  const sub = await issuer.sub(username)
  await users.setPassword(sub, passwordOf(username), { mustChange: true })
  return { username, sub }
}

/** As far as the page for the new password. */
async function asked(browser: TestBrowser, username: string) {
  const form = hiddenFields(
    (await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)).body,
  )
  const page = await browser.submit('/sign-in', {
    ...{ ...form, username, password: passwordOf(username) },
  })
  return { page, form: hiddenFields(page.body) }
}

const isNewPasswordPage = (body: string) => body.includes('name="new-password"')
const isSignedIn = (browser: TestBrowser) => browser.cookies.has('__Host-latchkey-session')
const choose = (
  browser: TestBrowser,
  form: Record<string, string>,
  password: string,
  again = password,
) =>
  browser.submit('/sign-in/new-password', {
    ...{ ...form, 'new-password': password, 'new-password-again': again },
  })

t.test('the old password opens nothing but the page that asks for another', async (t) => {
  const { username, sub } = await somebody()
  const browser = issuer.browser()
  const { page, form } = await asked(browser, username)
  t.equal(page.statusCode, 200)
  t.ok(isNewPasswordPage(page.body))
  t.match(page.headers['cache-control'], 'no-store')
  t.notOk(isSignedIn(browser), 'nobody is signed in half')
  issuer.advance(NEW_PASSWORD_SECONDS - 1)
  const done = await choose(browser, form, NEW)
  const { id_token } = (await redeem(answerOf(done).get('code') ?? '')).json()
  const claims = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
  t.match(claims, { sub, acr: ACR.password, amr: ['pwd'] })
  t.match(await users.find(sub), { mustChangePassword: false, passwordChangedAt: issuer.now() })
  t.match(await users.checkPassword(username, NEW), { kind: /^ok$/ })
  t.match(await users.checkPassword(username, passwordOf(username)), { kind: /^refused$/ })
  const [record] = await issuer.directory.audit.list({ limit: 1, action: 'user.password' })
  t.match(record, { actor: { sub }, target: `user ${sub}`, reason: 'self' })
  t.notMatch(JSON.stringify(record), NEW)
  const again = await choose(browser, form, `${NEW} again`)
  t.equal(again.statusCode, 400, 'what the form carries is good once')
})

t.test('what was signed in with the password of before ends with it', async (t) => {
  const { username, sub } = await somebody()
  await users.setMustChangePassword(sub, false)
  const before = issuer.browser()
  const tokens = (await redeem((await before.signIn(username)).get('code') ?? '')).json()
  await users.setMustChangePassword(sub, true)
  const refused = await refresh(tokens.refresh_token)
  t.match(refused.json(), { error: 'invalid_grant' }, 'nor does it go on before that')
  const browser = issuer.browser()
  await choose(browser, (await asked(browser, username)).form, NEW)
  t.ok(isSignedIn(browser))
  const silent = `/authorize?${new URLSearchParams({ ...AUTHORIZE, prompt: 'none' })}`
  t.equal(answerOf(await before.get(silent)).get('error'), 'login_required', 'but for this one')
})

t.test('a password that cannot be shows the page again, with the same time left', async (t) => {
  const { username, sub } = await somebody()
  const browser = issuer.browser()
  const { form } = await asked(browser, username)
  const cases: [name: string, password: string, again: string, text: RegExp][] = [
    ['two that differ', NEW, `${NEW}!`, /not the same/],
    ['the one of before', passwordOf(username), passwordOf(username), /already/],
    ['one character too few', '1234567', '1234567', /at least 8/],
    ['none', '', '', /at least 8/],
    ['half a surrogate pair', `\ud800${NEW}`, NEW, /not the same/],
  ]
  for (const [name, password, again, text] of cases) {
    const answer = await choose(browser, form, password, again)
    t.equal(answer.statusCode, 400, name)
    t.match(answer.body, text, name)
    t.equal(hiddenFields(answer.body)['new-password-step'], form['new-password-step'], name)
    t.notOk(isSignedIn(browser), name)
  }
  t.equal((await users.find(sub))?.mustChangePassword, true)
  t.ok(answerOf(await choose(browser, form, '12345678')).get('code'), 'just long enough')
})

t.test('what was proven is good in its place only, and for this password only', async (t) => {
  const { username, sub } = await somebody()
  const other = await somebody()
  const here = issuer.browser()
  const { form } = await asked(here, username)
  const step = form['new-password-step'] ?? ''
  const elsewhere = issuer.browser()
  const foreign = await asked(elsewhere, other.username)
  const cases: [name: string, browser: TestBrowser, change: Record<string, string>][] = [
    ['in another browser', elsewhere, { ...foreign.form, 'new-password-step': step }],
    ['without the token of the form', here, { csrf: '' }],
    ['for another errand', here, { errand: 'device' }],
    ['for another person', here, { 'new-password-step': step.replace(sub, other.sub) }],
    ['without MAC', here, { 'new-password-step': step.slice(0, step.lastIndexOf('.')) }],
    ['as the step of the code page', here, { 'new-password-step': '', 'password-step': step }],
  ]
  for (const [name, browser, change] of cases) {
    const answer = await choose(browser, { ...form, ...change }, NEW)
    t.equal(answer.statusCode, 400, name)
    t.notOk(isSignedIn(browser), name)
    t.equal((await users.find(sub))?.mustChangePassword, true, name)
  }
  issuer.advance(1)
  await users.setPassword(sub, 'set once more', { mustChange: true })
  t.equal((await choose(here, form, NEW)).statusCode, 400, 'another password was set meanwhile')
  t.match(await users.checkPassword(username, 'set once more'), { kind: /^ok$/ })
  issuer.advance(NEW_PASSWORD_SECONDS)
  t.equal((await choose(elsewhere, foreign.form, NEW)).statusCode, 400, 'five minutes later')
})

t.test('an end by somebody else in the meantime keeps the person out', async (t) => {
  const { username, sub } = await somebody()
  const browser = issuer.browser()
  const { form } = await asked(browser, username)
  await issuer.end({ kind: 'user', sub }, 'admin', { sub: 'svc:operator' })
  t.equal((await choose(browser, form, NEW)).statusCode, 400)
  t.notOk(isSignedIn(browser))
})

t.test('with a one-time code the page comes after the code, and the tokens say so', async (t) => {
  const { username } = await somebody()
  const code = await giveOneTimeCode(issuer, username)
  const browser = issuer.browser()
  const { page, form } = await asked(browser, username)
  t.notOk(isNewPasswordPage(page.body))
  const next = await browser.submit('/sign-in/code', { ...form, code: code() })
  t.ok(isNewPasswordPage(next.body))
  t.notOk(isSignedIn(browser))
  const done = await choose(browser, hiddenFields(next.body), NEW)
  const { id_token } = (await redeem(answerOf(done).get('code') ?? '')).json()
  const { amr } = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
  t.strictSame(amr, ['pwd', 'otp', 'mfa'])
})

t.test('tries are counted as guesses at the password are', async (t) => {
  const { username } = await somebody()
  const browser = issuer.browser()
  const { form } = await asked(browser, username)
  const codes: number[] = []
  for (let count = 0; count <= GUESSING_LIMITS.accountInNetwork.limit; count++) {
    codes.push((await choose(browser, form, passwordOf(username))).statusCode)
  }
  t.equal(codes.at(0), 400)
  t.equal(codes.at(-1), 429)
  const blocked = await choose(browser, form, NEW)
  t.equal(blocked.statusCode, 429)
  t.match(blocked.headers, { 'retry-after': /^\d+$/ })
})

t.test('the first-party API sends people to the page, by a code of its own', async (t) => {
  const { username } = await somebody()
  await issuer.changeClient('native', { tokenApi: true })
  const answer = await issuer.app.inject({
    ...{ method: 'POST', url: '/api/token/obtain' },
    payload: { client_id: 'native', username, password: passwordOf(username) },
  })
  t.equal(answer.statusCode, 403)
  t.match(answer.json(), { error: 'password_change_required' })
})
