import { ACR } from '@latchkey/protocol'
import t from 'tap'
import { GUESSING_LIMITS } from '../src/people/guessing-limits.ts'
import { PASSWORD_STEP_SECONDS } from '../src/sign-in/password-step.ts'
import { switchOn } from './fixtures/authenticator.ts'
import {
  AUTHORIZE,
  answerOf,
  hiddenFields,
  passwordOf,
  type TestBrowser,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** Signing in with a second factor: RFC 6238, RFC 8176, RFC 9470. */

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem } = tokenRequests(issuer)

/** Somebody whose account asks for a code; the browser that switched it on is thrown away. */
let people = 0
async function somebody() {
  people += 1
  const username = `somebody${people}`
  await issuer.addPerson(username)
  const browser = issuer.browser()
  await browser.signIn(username)
  return { username, sub: await issuer.sub(username), phone: await switchOn(issuer, browser) }
}

const url = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`

/** As far as the page for the code. */
async function password(browser: TestBrowser, username: string, query?: Record<string, string>) {
  const form = hiddenFields((await browser.get(url(query))).body)
  const page = await browser.submit('/sign-in', {
    ...{ ...form, username, password: passwordOf(username) },
  })
  return { page, form: hiddenFields(page.body) }
}

const isCodePage = (body: string) => body.includes('name="code" type="text"')
const isSignedIn = (browser: TestBrowser) => browser.cookies.has('__Host-latchkey-session')
const idTokenOf = async (answer: Parameters<typeof answerOf>[0]) => {
  const { id_token } = (await redeem(answerOf(answer).get('code') ?? '')).json()
  return JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
}

t.test('password, then code, then the app; the tokens say so', async (t) => {
  const { username, phone } = await somebody()
  const browser = issuer.browser()
  const { page, form } = await password(browser, username)
  t.equal(page.statusCode, 200)
  t.ok(isCodePage(page.body))
  t.match(page.body, /autocomplete="one-time-code"/)
  t.match(page.body, /inputmode="numeric"/)
  t.match(page.headers['cache-control'], 'no-store')
  t.notOk(isSignedIn(browser), 'attack C20: nobody is signed in half')
  t.equal((await browser.get(url({ prompt: 'none' }))).statusCode, 303)
  t.equal(
    answerOf(await browser.get(url({ prompt: 'none' }))).get('error'),
    'login_required',
    'attack C20: nor at /authorize',
  )
  issuer.advance(PASSWORD_STEP_SECONDS - 1)
  const done = await browser.submit('/sign-in/code', { ...form, code: phone.code() })
  const { acr, amr, auth_time: authTime } = await idTokenOf(done)
  t.same({ acr, amr }, { acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] })
  t.equal(authTime, issuer.now(), 'the person was there just now')
})

t.test('attack C20: what the password settled is good in its place only', async (t) => {
  const { username, phone } = await somebody()
  const other = await somebody()
  const here = issuer.browser()
  const { form } = await password(here, username)
  const step = form['password-step'] ?? ''
  const elsewhere = issuer.browser()
  const foreign = await password(elsewhere, other.username)
  const signature = step.split('.').at(-1) ?? ''
  const expired = 'This page was open for too long'
  const changed = (from: string, to: string) => ({ 'password-step': step.replace(from, to) })
  const cases: [name: string, browser: TestBrowser, change: Record<string, string>][] = [
    ['in another browser', elsewhere, { ...foreign.form, 'password-step': step }],
    ['in another browser, with all that was in the form', elsewhere, form],
    [
      'for another request',
      here,
      { request: form['request']?.replace('state-1', 'state-2') ?? '' },
    ],
    ['for another errand', here, { errand: 'device' }],
    ['for the page of the account', here, { errand: 'one-time-code' }],
    ['for another person', here, changed(step.split('.')[0] ?? '', other.sub)],
    ['at another place in the log', here, changed('.0.', '.1.')],
    ['with another MAC', here, changed(signature, 'A'.repeat(43))],
    ['without MAC', here, changed(`.${signature}`, '')],
    ['empty', here, { 'password-step': '' }],
    ['the proof of a page of consent', here, { 'password-step': form['csrf'] ?? '' }],
  ]
  for (const [name, browser, change] of cases) {
    const answer = await browser.submit('/sign-in/code', { ...form, ...change, code: phone.code() })
    t.equal(answer.statusCode, 400, name)
    t.match(answer.body, expired, name)
    t.notOk(isSignedIn(browser), name)
  }
  const good = await here.submit('/sign-in/code', { ...form, code: phone.code() })
  t.ok(answerOf(good).get('code'), 'none of it has spent the code')
  issuer.advance(30)
  const late = issuer.browser()
  const second = await password(late, username)
  issuer.advance(PASSWORD_STEP_SECONDS)
  const answer = await late.submit('/sign-in/code', { ...second.form, code: phone.code() })
  t.match(answer.body, expired, 'five minutes later')
})

t.test('attack C18: going back and sending the form again signs nobody in', async (t) => {
  const { username, phone } = await somebody()
  const browser = issuer.browser()
  const { form } = await password(browser, username)
  const answer = { ...form, code: phone.code() }
  t.ok(answerOf(await browser.submit('/sign-in/code', answer)).get('code'))
  await browser.submit('/logout/confirm', hiddenFields((await browser.get('/')).body))
  browser.cookies.delete('__Host-latchkey-session')
  const again = await browser.submit('/sign-in/code', answer)
  t.equal(again.statusCode, 401)
  t.match(again.body, 'was used before')
  t.notOk(isSignedIn(browser))
})

t.test('a wrong code shows the page again, with the same time left', async (t) => {
  const { username, phone } = await somebody()
  const browser = issuer.browser()
  const { form } = await password(browser, username)
  const wrong = await browser.submit('/sign-in/code', { ...form, code: '000000' })
  t.equal(wrong.statusCode, 401)
  t.ok(isCodePage(wrong.body))
  t.equal(hiddenFields(wrong.body)['password-step'], form['password-step'])
  const empty = await browser.submit('/sign-in/code', { ...form, code: '' })
  t.equal(empty.statusCode, 401)
  const right = await browser.submit('/sign-in/code', { ...form, code: phone.code() })
  t.ok(answerOf(right).get('code'))
})

t.test('who starts again gets the first page, and the password is asked for', async (t) => {
  const { username } = await somebody()
  const browser = issuer.browser()
  const { form } = await password(browser, username)
  const page = await browser.submit('/sign-in/code', { ...form, code: '', 'start-again': '1' })
  t.equal(page.statusCode, 200)
  t.match(page.body, 'name="password"')
  t.notOk(hiddenFields(page.body)['password-step'])
})

t.test('attack G9: too many codes', async (t) => {
  const { username, phone } = await somebody()
  const browser = issuer.browser()
  const { form } = await password(browser, username)
  const { limit, windowSeconds } = GUESSING_LIMITS.code
  for (let count = 0; count < limit; count++) {
    const { statusCode } = await browser.submit('/sign-in/code', { ...form, code: `00000${count}` })
    t.equal(statusCode, 401)
  }
  const blocked = await browser.submit('/sign-in/code', { ...form, code: phone.code() })
  t.equal(blocked.statusCode, 429)
  t.equal(blocked.headers['retry-after'], String(windowSeconds))
  t.match(blocked.body, 'wait 15 min')
  t.notOk(isSignedIn(browser))
  issuer.advance(windowSeconds)
  const { form: later } = await password(browser, username)
  const done = await browser.submit('/sign-in/code', { ...later, code: phone.code() })
  t.ok(answerOf(done).get('code'), 'nobody is locked out for good')
})

t.test('attack G5: too many passwords hear when to come back, whoever they are of', async (t) => {
  const { username } = await somebody()
  for (const name of [username, 'nobody here']) {
    const browser = issuer.browser()
    const form = hiddenFields((await browser.get(url())).body)
    const guess = (word: string) =>
      browser.submit('/sign-in', { ...form, username: name, password: word })
    const { limit, windowSeconds } = GUESSING_LIMITS.accountInNetwork
    for (let count = 0; count < limit; count++) t.equal((await guess('wrong')).statusCode, 401)
    const blocked = await guess(passwordOf(name))
    t.equal(blocked.statusCode, 429, name)
    t.equal(blocked.headers['retry-after'], String(windowSeconds), name)
    t.match(blocked.body, 'wait 15 min', name)
    t.notOk(isSignedIn(browser), name)
  }
  issuer.advance(GUESSING_LIMITS.accountInNetwork.windowSeconds)
})

t.test('what changes between the two pages counts', async (t) => {
  const cases: [name: string, change: (sub: string) => Promise<unknown>][] = [
    ['the account is disabled', (sub) => issuer.directory.users.setDisabled(sub, true)],
    ['it is deleted', (sub) => issuer.directory.users.delete(sub)],
    ['its code is switched off', (sub) => issuer.directory.users.setOneTimeCodeSecret(sub, null)],
  ]
  for (const [name, change] of cases) {
    const { username, sub, phone } = await somebody()
    const browser = issuer.browser()
    const { form } = await password(browser, username)
    await change(sub)
    const answer = await browser.submit('/sign-in/code', { ...form, code: phone.code() })
    t.equal(answer.statusCode, 400, name)
    t.notOk(isSignedIn(browser), name)
  }
  t.test('a password that is changed ends the sign-in that began with the old one', async (t) => {
    const { username, sub, phone } = await somebody()
    const browser = issuer.browser()
    const { form } = await password(browser, username)
    await issuer.directory.users.setPassword(sub, 'another-password')
    await issuer.end({ kind: 'user', sub }, 'password_changed', { sub: 'issuer' })
    await browser.submit('/sign-in/code', { ...form, code: phone.code() })
    const silent = await browser.get(url({ prompt: 'none' }))
    t.equal(answerOf(silent).get('error'), 'login_required')
  })
})

t.test('RFC 9470, OpenID Connect Core section 5.5.1.1: stronger than before', async (t) => {
  const essential = (acr: string) =>
    JSON.stringify({ id_token: { acr: { essential: true, value: acr } } })
  const must = { claims: essential(ACR.mfa) }
  const { username, phone } = await somebody()

  t.test('a session by password is asked for both, and is the same session after', async (t) => {
    const plain = `plain${people}`
    await issuer.addPerson(plain)
    const [browser, device] = [issuer.browser(), issuer.browser()]
    await device.signIn(plain)
    const authenticator = await switchOn(issuer, device)
    // Signed in before the code: only a directory that was put back would leave such a session.
    const sub = await issuer.sub(plain)
    const sealed = (await issuer.directory.users.oneTimeCodeSecret(sub)) ?? ''
    await issuer.directory.users.setOneTimeCodeSecret(sub, null)
    await browser.signIn(plain)
    await issuer.directory.users.setOneTimeCodeSecret(sub, sealed)
    t.equal(answerOf(await browser.get(url({ prompt: 'none' }))).has('code'), true)
    t.equal(
      answerOf(await browser.get(url({ ...must, prompt: 'none' }))).get('error'),
      'interaction_required',
    )
    for (const wish of [must, { acr_values: ACR.mfa }]) {
      const page = await browser.get(url(wish))
      t.match(page.body, 'name="password"')
      t.match(page.body, `value="${plain}"`, 'who it is about')
    }
    const before = browser.cookies.get('__Host-latchkey-session')?.split('.')[0]
    const { form } = await password(browser, plain, must)
    const done = await browser.submit('/sign-in/code', { ...form, code: authenticator.code() })
    t.equal((await idTokenOf(done)).acr, ACR.mfa)
    t.equal(browser.cookies.get('__Host-latchkey-session')?.split('.')[0], before)
    t.ok(answerOf(await browser.get(url({ ...must, prompt: 'none' }))).get('code'), 'from now on')
  })

  t.test('an account without a code cannot do it', async (t) => {
    const browser = issuer.browser()
    const refused = await browser.signIn('bob', must)
    t.equal(refused.get('error'), 'unmet_authentication_requirements')
    t.ok((await browser.signIn('bob', { acr_values: ACR.mfa })).get('code'), 'a wish is no must')
  })

  t.test('a session by both is good enough for either', async (t) => {
    const browser = issuer.browser()
    const { form } = await password(browser, username)
    await browser.submit('/sign-in/code', { ...form, code: phone.code() })
    for (const acr of [ACR.password, ACR.mfa]) {
      const silent = await browser.get(url({ prompt: 'none', claims: essential(acr) }))
      t.ok(answerOf(silent).get('code'), acr)
    }
  })
})

t.test('RFC 6238 section 5.2: 20 sign-ins at once with one code make one session', async (t) => {
  const { username, phone, sub } = await somebody()
  const forms = []
  for (let count = 0; count < 20; count++) {
    const browser = issuer.browser()
    forms.push({ browser, ...(await password(browser, username)) })
  }
  const before = (await issuer.store.sessions.listByUser(sub, 50, issuer.now())).length
  const answers = await Promise.all(
    forms.map(({ browser, form }) =>
      browser.submit('/sign-in/code', { ...form, code: phone.code() }),
    ),
  )
  t.equal(answers.filter((answer) => answerOf(answer).has('code')).length, 1)
  const after = (await issuer.store.sessions.listByUser(sub, 50, issuer.now())).length
  t.equal(after - before, 1)
})
