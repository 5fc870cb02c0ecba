import { ACR } from '@latchkey/protocol'
import t from 'tap'
import { PENDING_SECONDS } from '../../src/account/pending-secrets.ts'
import { base32, enrolmentAddress } from '../../src/people/enrolment-address.ts'
import { GUESSING_LIMITS } from '../../src/people/guessing-limits.ts'
import { QR_MOST_BYTES } from '../../src/qr/qr-code.ts'
import { authenticatorFrom, ONE_TIME_CODE, switchOn } from '../fixtures/authenticator.ts'
import {
  AUTHORIZE,
  answerOf,
  hiddenFields,
  ISSUER,
  passwordOf,
  type TestBrowser,
  testIssuer,
} from '../test-issuer.ts'
import { tokenRequests } from '../token-requests.ts'

/** Switching the second factor on and off. */

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem, refresh } = tokenRequests(issuer)
const { users, audit } = issuer.directory

let people = 0
async function signedIn() {
  people += 1
  const username = `person${people}`
  await issuer.addPerson(username)
  const browser = issuer.browser()
  const code = (await browser.signIn(username)).get('code') ?? ''
  return { username, browser, code, sub: await issuer.sub(username) }
}

const isOn = async (sub: string) => (await users.find(sub))?.hasOneTimeCode
const offer = async (browser: TestBrowser) => {
  const page = await browser.get(ONE_TIME_CODE)
  return { form: hiddenFields(page.body), phone: authenticatorFrom(page.body, issuer), page }
}
const silent = async (browser: TestBrowser) =>
  answerOf(await browser.get(`/authorize?${new URLSearchParams({ ...AUTHORIZE, prompt: 'none' })}`))

t.test('RFC 4648 section 10: base32', async (t) => {
  const vectors = { f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB' }
  for (const [text, expected] of Object.entries(vectors)) {
    t.equal(base32(Buffer.from(text)), expected)
  }
  t.equal(base32(Buffer.from('foobar')), 'MZXW6YTBOI')
})

t.test(
  'what an authenticator app reads names issuer and account, and fits into the picture',
  async (t) => {
    const secret = Buffer.alloc(20, 255)
    const of = (username: string, issuer = ISSUER) => enrolmentAddress({ issuer, username, secret })
    const cases: [address: string, label: string][] = [
      [of('ada'), 'sso.localhost%3A4000:ada'],
      [of('a b&c?d#e:f/g'), 'sso.localhost%3A4000:a%20b%26c%3Fd%23e%3Af%2Fg'],
      [of('小明'), 'sso.localhost%3A4000:%E5%B0%8F%E6%98%8E'],
      [of('x'.repeat(64)), `sso.localhost%3A4000:${'x'.repeat(64)}`],
      [of('x'.repeat(65)), 'sso.localhost%3A4000'],
      [
        of('x'.repeat(64), `https://${'h'.repeat(63)}.example`),
        `${'h'.repeat(63)}.example:${'x'.repeat(64)}`,
      ],
    ]
    for (const [address, label] of cases) {
      const host = label.split(':')[0]
      t.equal(address, `otpauth://totp/${label}?secret=${'7'.repeat(32)}&issuer=${host}`)
      t.ok(address.length <= QR_MOST_BYTES)
    }
  },
)

t.test('a person switches it on with the first code of their app', async (t) => {
  const { username, browser, code, sub } = await signedIn()
  const elsewhere = issuer.browser()
  await elsewhere.signIn(username)
  const tokens = (await redeem(code)).json()
  const home = await browser.get('/')
  t.match(home.body, /id="one-time-code" href="\/account\/one-time-code\?account=s/)
  const { page, form, phone } = await offer(browser)
  const secret = /id="secret">([^<]*)</.exec(page.body)?.[1] ?? ''
  t.match(secret, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/, 'in groups')
  const address = enrolmentAddress({ issuer: ISSUER, username, secret: Buffer.alloc(20) })
  const link = /id="otpauth" href="([^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  t.equal(link, address.replace(/A{32}/, secret.replaceAll(' ', '')))
  t.match(page.body, /<svg class="qr"/)
  t.match(page.headers['cache-control'], 'no-store')
  t.notOk(await isOn(sub), 'not before a code has come')

  const wrong = await browser.submit(ONE_TIME_CODE, { ...form, code: '000000' })
  t.equal(wrong.statusCode, 401)
  t.match(wrong.body, secret, 'the same secret again')
  t.notOk(await isOn(sub))

  const cookie = browser.cookies.get('__Host-latchkey-session')
  const done = await browser.submit(ONE_TIME_CODE, { ...form, code: phone.code() })
  t.same([done.statusCode, done.headers.location], [303, `${ISSUER}/`])
  t.ok(await isOn(sub))
  const stored = (await users.oneTimeCodeSecret(sub)) ?? ''
  t.notMatch(stored, secret.replaceAll(' ', ''), 'it rests sealed')
  t.match((await browser.get('/')).body, 'asks for a code')

  t.not(browser.cookies.get('__Host-latchkey-session'), cookie)
  t.ok((await silent(browser)).get('code'), 'this browser stays signed in')
  t.equal((await silent(elsewhere)).get('error'), 'login_required', 'every other one does not')
  t.equal((await refresh(tokens.refresh_token)).statusCode, 400, 'nor do apps')
  const [session] = await issuer.store.sessions.listByUser(sub, 10, issuer.now())
  t.match(session, { acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] })
  const records = await audit.list({ limit: 5, target: `user ${sub}` })
  t.match(records, [
    { action: 'end', reason: 'one_time_code_changed', actor: { sub } },
    { action: 'user.one_time_code', actor: { sub }, detail: { before: false, after: true } },
  ])
})

t.test('only somebody who has just signed in sees the page', async (t) => {
  const stranger = await issuer.browser().get(ONE_TIME_CODE)
  t.same([stranger.statusCode, stranger.headers.location], [303, `${ISSUER}/`])
  const { username, browser, sub } = await signedIn()
  issuer.advance(300)
  t.match((await browser.get(ONE_TIME_CODE)).body, 'id="secret"')
  issuer.advance(1)
  const page = await browser.get(ONE_TIME_CODE)
  t.match(page.body, /name="password"/)
  t.match(page.body, `value="${username}"`)
  const form = { ...hiddenFields(page.body), username, password: passwordOf(username) }
  const back = await browser.submit('/sign-in', form)
  t.same([back.statusCode, back.headers.location], [303, `${ISSUER}${ONE_TIME_CODE}`])
  const phone = await switchOn(issuer, browser)
  issuer.advance(301)
  const again = await browser.get(ONE_TIME_CODE)
  const second = await browser.submit('/sign-in', { ...form, ...hiddenFields(again.body) })
  t.match(second.body, 'name="code"', 'with the code, once it is on')
  const through = { ...hiddenFields(second.body), code: phone.code() }
  const off = await browser.submit('/sign-in/code', through)
  t.equal(off.headers.location, `${ISSUER}${ONE_TIME_CODE}`)
  t.ok(await isOn(sub))
})

t.test('attack C20: an offer is good for its session, and for ten minutes', async (t) => {
  const victim = await signedIn()
  const attacker = await signedIn()
  const theirs = await offer(attacker.browser)
  const own = await offer(victim.browser)
  const [until = '', sealed = ''] = (own.form['secret'] ?? '').split('.')
  const cases: [name: string, change: Record<string, string>][] = [
    ['a secret that was offered to somebody else', { secret: theirs.form['secret'] ?? '' }],
    ['a later end', { secret: `${Number(until) + 1}.${sealed}` }],
    ['garbage', { secret: `${until}.AAAA` }],
    ['no offer', { secret: 'x' }],
    ['another account', { account: theirs.form['account'] ?? '' }],
  ]
  for (const [name, change] of cases) {
    const code = change['secret'] === theirs.form['secret'] ? theirs.phone.code() : own.phone.code()
    const answer = await victim.browser.submit(ONE_TIME_CODE, { ...own.form, ...change, code })
    t.same([answer.statusCode, answer.headers.location], [303, `${ISSUER}${ONE_TIME_CODE}`], name)
    t.notOk(await isOn(victim.sub), name)
  }
  const foreign = { ...theirs.form, code: theirs.phone.code() }
  t.match((await victim.browser.submit(ONE_TIME_CODE, foreign)).body, 'came from somewhere else')
  issuer.advance(PENDING_SECONDS)
  const late = { ...own.form, code: own.phone.code() }
  await victim.browser.submit(ONE_TIME_CODE, late)
  t.notOk(await isOn(victim.sub), 'ten minutes later')
})

t.test('of two pages that were open at once, one switches it on', async (t) => {
  const { browser, sub } = await signedIn()
  const [first, second] = [await offer(browser), await offer(browser)]
  const answers = await Promise.all([
    browser.submit(ONE_TIME_CODE, { ...first.form, code: first.phone.code() }),
    browser.submit(ONE_TIME_CODE, { ...second.form, code: second.phone.code(1) }),
  ])
  t.same(answers.map(({ headers }) => headers.location).toSorted(), [
    `${ISSUER}/`,
    `${ISSUER}${ONE_TIME_CODE}`,
  ])
  t.ok(await isOn(sub))
  const changes = await audit.list({
    limit: 9,
    target: `user ${sub}`,
    action: 'user.one_time_code',
  })
  t.equal(changes.length, 1)
})

t.test('switching off takes a fresh sign-in and a code too', async (t) => {
  const { username, browser, sub } = await signedIn()
  const phone = await switchOn(issuer, browser)
  const { form, page } = await offer(browser)
  t.notMatch(page.body, 'id="secret"', 'nobody sees the secret again')
  for (const code of ['', '000000', phone.code(-1)]) {
    const answer = await browser.submit(ONE_TIME_CODE, { ...form, code })
    t.equal(answer.statusCode, 401, 'wrong or used before')
  }
  issuer.advance(301)
  const stale = await browser.submit(ONE_TIME_CODE, { ...form, code: phone.code() })
  t.equal(stale.headers.location, `${ISSUER}${ONE_TIME_CODE}`)
  t.ok(await isOn(sub))
  const signIn = hiddenFields((await browser.get(ONE_TIME_CODE)).body)
  const second = await browser.submit('/sign-in', {
    ...{ ...signIn, username, password: passwordOf(username) },
  })
  await browser.submit('/sign-in/code', { ...hiddenFields(second.body), code: phone.code() })
  const fresh = await offer(browser)
  issuer.advance(30)
  const off = await browser.submit(ONE_TIME_CODE, { ...fresh.form, code: phone.code() })
  t.equal(off.headers.location, `${ISSUER}/`)
  t.notOk(await isOn(sub))
  const elsewhere = issuer.browser()
  t.ok((await elsewhere.signIn(username)).get('code'), 'the password alone opens it')
  const sessions = await issuer.store.sessions.listByUser(sub, 10, issuer.now())
  t.same(new Set(sessions.map(({ acr }) => acr)), new Set([ACR.password]))
})

t.test('attack G9: nobody tries codes here without end', async (t) => {
  const { browser } = await signedIn()
  const { form, phone } = await offer(browser)
  for (let count = 0; count < GUESSING_LIMITS.code.limit; count++) {
    await browser.submit(ONE_TIME_CODE, { ...form, code: '000000' })
  }
  const blocked = await browser.submit(ONE_TIME_CODE, { ...form, code: phone.code() })
  t.equal(blocked.statusCode, 429)
  t.equal(blocked.headers['retry-after'], '900')
})

t.test('a sign-in that is under way with the password alone is ended too', async (t) => {
  const { username, browser } = await signedIn()
  const check = users.checkPassword
  t.teardown(() => Object.assign(users, { checkPassword: check }))
  Object.assign(users, {
    checkPassword: async (...given: Parameters<typeof check>) => {
      const outcome = await check(...given)
      await switchOn(issuer, browser)
      return outcome
    },
  })
  const elsewhere = issuer.browser()
  const answer = await redeem((await elsewhere.signIn(username)).get('code') ?? '')
  t.equal(answer.json().error, 'invalid_grant')
  t.equal((await silent(elsewhere)).get('error'), 'login_required')
})

for (const [name, target] of [
  [
    'an end of the person in the meantime is not undone by it',
    (sub: string) => ({ kind: 'user', sub }) as const,
  ],
  ['nor is one of the session', (_sub: string, sid: string) => ({ kind: 'session', sid }) as const],
  ['nor is one of everybody', () => ({ kind: 'all' }) as const],
] as const) {
  t.test(name, async (t) => {
    const { browser, sub } = await signedIn()
    const [session] = await issuer.store.sessions.listByUser(sub, 10, issuer.now())
    const { transaction } = issuer.directory
    t.teardown(() => Object.assign(issuer.directory, { transaction }))
    Object.assign(issuer.directory, {
      transaction: async (...given: Parameters<typeof transaction>) => {
        Object.assign(issuer.directory, { transaction })
        const outcome = await transaction(...given)
        await issuer.end(target(sub, session?.sid ?? ''), 'admin', { sub: 'issuer' })
        return outcome
      },
    })
    await switchOn(issuer, browser)
    t.equal((await silent(browser)).get('error'), 'login_required')
    t.same(await issuer.store.sessions.listByUser(sub, 10, issuer.now()), [])
  })
}

t.test('another account in this browser stays signed in', async (t) => {
  const { browser } = await signedIn()
  await browser.signIn('ada', { prompt: 'login' })
  await switchOn(issuer, browser)
  t.equal((await browser.get('/')).body.match(/id="account-\d"/g)?.length, 1)
  await users.setOneTimeCodeSecret(await issuer.sub('ada'), null)
})

t.test('an administrator switches it off for a phone that is lost', async (t) => {
  const { username, browser, sub } = await signedIn()
  await switchOn(issuer, browser)
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const remove = (of: string, sent = headers) =>
    issuer.app.inject({
      method: 'DELETE',
      url: `/admin/v1/users/${of}/one-time-code`,
      headers: sent,
    })
  t.equal((await remove(sub, { authorization: '' })).statusCode, 401)
  t.equal((await remove('u_nobody')).statusCode, 404)
  t.ok(await isOn(sub))
  t.equal((await remove(sub)).statusCode, 204)
  t.notOk(await isOn(sub))
  t.equal((await silent(browser)).get('error'), 'login_required', 'whoever has found the phone')
  t.ok((await issuer.browser().signIn(username)).get('code'))
  const records = await audit.list({ limit: 2, target: `user ${sub}` })
  t.match(records, [
    { action: 'end', reason: 'one_time_code_changed', actor: { sub: 'svc:operator' } },
    { action: 'user.one_time_code', detail: { before: true, after: false } },
  ])
})

t.test('attack G9: who used up the codes of a day is gone with the old password', async (t) => {
  const { username, browser, sub } = await signedIn()
  const phone = await switchOn(issuer, browser)
  const { code, codePerDay } = GUESSING_LIMITS
  const use = async (count: number) => {
    const rules = { code, codePerDay }
    for (const [purpose, rule] of Object.entries(rules)) {
      for (let tried = 0; tried < count; tried++) {
        await issuer.store.throttle.attempt(purpose, sub, rule, issuer.now())
      }
    }
  }
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const url = `/admin/v1/users/${sub}`
  const password = 'a-new-password-of-hers'
  const signIn = async () => {
    const elsewhere = issuer.browser()
    const page = await elsewhere.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
    const form = { ...hiddenFields(page.body), username, password }
    const second = await elsewhere.submit('/sign-in', form)
    const { statusCode } = await elsewhere.submit('/sign-in/code', {
      ...{ ...hiddenFields(second.body), code: phone.code() },
    })
    issuer.advance(30)
    return statusCode
  }
  await use(codePerDay.limit)
  const put = { method: 'PUT', url: `${url}/password`, headers, payload: { password } } as const
  t.equal((await issuer.app.inject(put)).statusCode, 204)
  t.equal(await signIn(), 303)
  await use(codePerDay.limit)
  t.equal(await signIn(), 429)
  const remove = { method: 'DELETE', url: `${url}/one-time-code`, headers } as const
  t.equal((await issuer.app.inject(remove)).statusCode, 204)
  const again = issuer.browser()
  const page = await again.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
  await again.submit('/sign-in', { ...hiddenFields(page.body), username, password })
  await switchOn(issuer, again)
  t.ok(await isOn(sub), 'another phone')
})
