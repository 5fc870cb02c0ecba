import type { Store } from '@latchkey/store'
import t from 'tap'
import { AUTHORIZE, answerOf, hiddenFields, ISSUER, passwordOf, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem, tokensOf } = tokenRequests(issuer)

const authorizeUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`
const NATIVE = { client_id: 'native', redirect_uri: 'http://127.0.0.1:5/done' }

type Browser = ReturnType<typeof issuer.browser>
const cookie = (browser: Browser) => browser.cookies.get('__Host-latchkey-session') ?? ''
const sid = (value: string) => value.split('.')[0] ?? ''
const sids = (browser: Browser) => cookie(browser).split('~').map(sid)
const lives = async (id: string) =>
  (await issuer.store.sessions.find(id, issuer.now())) !== undefined

/** Signed in as each of them, the last one used last, with tokens of nobody yet. */
async function browserOf(...usernames: string[]): Promise<Browser> {
  const browser = issuer.browser()
  for (const username of usernames) await browser.signIn(username, { prompt: 'login' })
  return browser
}

/** User names on the buttons of a page that asks for an account, with what each sends. */
function accountsOn(body: string): [string, string][] {
  const buttons = body.matchAll(
    /name="account" value="([^"]*)"[^>]*>\s*<bdi class="name">([^<]*)</g,
  )
  return [...buttons].map(([, value = '', name = '']) => [name, value])
}

/** Presses the button of a person, or "use another account". */
async function choose(browser: Browser, body: string, name: string) {
  const [, account = name] = accountsOn(body).find(([one]) => one === name) ?? []
  return await browser.submit('/select-account', { ...hiddenFields(body), account })
}

/** Whose code it is. */
async function personOf(answer: Parameters<typeof answerOf>[0]): Promise<string> {
  const code = answerOf(answer).get('code') ?? ''
  const { id_token } = (await redeem(code)).json()
  return JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString()).name
}

t.test('attack E1: the cookie is new after every sign-in', async (t) => {
  t.test('the same person keeps the session, so that the other apps stay signed in', async (t) => {
    const browser = await browserOf('ada')
    const before = cookie(browser)
    await browser.signIn('ada', { prompt: 'login' })
    t.equal(sid(cookie(browser)), sid(before))
    t.not(cookie(browser), before)
    const thief = issuer.browser()
    thief.cookies.set('__Host-latchkey-session', before)
    t.equal((await thief.get(authorizeUrl())).statusCode, 200, 'the old cookie opens nothing')
  })
  t.test('also behind another person, who stays signed in', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const [bob = '', ada = ''] = cookie(browser).split('~')
    await browser.signIn('ada', { prompt: 'login' })
    t.equal(cookie(browser).split('~')[1], bob)
    t.equal(sids(browser)[0], sid(ada))
    t.notMatch(cookie(browser), ada, 'with another secret')
  })
  t.test('an id with a secret of somebody else opens nothing', async (t) => {
    const [ada, bob] = [await browserOf('ada'), await browserOf('bob')]
    const [, bobSecret] = cookie(bob).split('.')
    bob.cookies.set('__Host-latchkey-session', `${sid(cookie(ada))}.${bobSecret}`)
    t.equal((await bob.get(authorizeUrl())).statusCode, 200)
  })
})

t.test('several accounts in one browser', async (t) => {
  t.test('another person comes in addition, in front', async (t) => {
    const browser = await browserOf('ada')
    const before = cookie(browser)
    await browser.signIn('bob', { prompt: 'login' })
    const [bob = '', ada] = cookie(browser).split('~')
    t.equal(ada, before)
    t.not(sid(bob), sid(before))
    t.equal(await lives(sid(before)), true)
  })
  t.test('a sixth one ends the one that was used longest ago', async (t) => {
    const guests = ['guest1', 'guest2', 'guest3', 'guest4']
    for (const guest of guests) await issuer.addPerson(guest)
    const browser = await browserOf('ada', ...guests)
    const [first = ''] = sids(browser).slice(-1)
    t.strictSame([sids(browser).length, await lives(first)], [5, true])
    await browser.signIn('bob', { prompt: 'login' })
    t.strictSame([sids(browser).length, await lives(first)], [5, false])
    t.notOk(sids(browser).includes(first))
  })
  t.test('sessions that have ended drop out of the cookie', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const [bob = '', ada = ''] = sids(browser)
    await issuer.end({ kind: 'session', sid: bob }, 'admin', { sub: 'issuer' })
    t.equal((await browser.get(authorizeUrl())).statusCode, 303, 'one is left, and goes on')
    t.strictSame(sids(browser), [ada])
    await issuer.end({ kind: 'session', sid: ada }, 'admin', { sub: 'issuer' })
    t.equal((await browser.get(authorizeUrl())).statusCode, 200)
    t.equal(browser.cookies.has('__Host-latchkey-session'), false, 'attack E10: nothing is left')
  })
  t.test('sign-out ends the account that the hint names, and the others stay', async (t) => {
    const browser = issuer.browser()
    const { id_token } = await tokensOf(browser)
    const [ada = ''] = sids(browser)
    await browser.signIn('bob', { prompt: 'login' })
    const [bob = ''] = sids(browser)
    await browser.get(`/logout?${new URLSearchParams({ id_token_hint: id_token })}`)
    t.strictSame([await lives(ada), await lives(bob)], [false, true])
    t.strictSame(sids(browser), [bob])
  })
  t.test('the start page shows one, links to the others, and signs out who is shown', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const [bob = '', ada = ''] = sids(browser)
    const home = await browser.get('/')
    t.match(home.body, /Signed in as <bdi class="name">Bob</)
    t.match(home.body, `href="/?account=${ada}"><bdi class="name">Ada<`)
    const other = await browser.get(`/?account=${ada}`)
    t.match(other.body, /Signed in as <bdi class="name">Ada</)
    await browser.submit('/logout/confirm', hiddenFields(other.body))
    t.strictSame([await lives(ada), await lives(bob)], [false, true])
    const [stranger = ''] = sids(await browserOf('guest1'))
    const foreign = await browser.get(`/?account=${stranger}`)
    t.match(foreign.body, /Signed in as <bdi class="name">Bob</, 'of this browser only')
  })
  t.test('who is not signed in may do so there, and comes back to the start page', async (t) => {
    const browser = issuer.browser()
    t.match((await browser.get('/')).body, 'id="sign-in" href="/sign-in"')
    const form = hiddenFields((await browser.get('/sign-in')).body)
    const stranger = issuer.browser()
    const credentials = { username: 'ada', password: passwordOf('ada') }
    const foreign = await stranger.submit('/sign-in', { ...form, ...credentials })
    t.equal(foreign.statusCode, 400, 'not by the form of another browser')
    const wrong = await browser.submit('/sign-in', { ...form, ...credentials, password: 'x' })
    t.equal(wrong.statusCode, 401)
    const done = await browser.submit('/sign-in', { ...hiddenFields(wrong.body), ...credentials })
    t.match(done, { statusCode: 303, headers: { location: `${ISSUER}/` } })
    t.match((await browser.get('/')).body, /Signed in as <bdi class="name">Ada</)
  })
  t.test('without a hint it ends the one used last', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const [bob = '', ada = ''] = sids(browser)
    await browser.submit('/logout/confirm', hiddenFields((await browser.get('/')).body))
    t.strictSame([await lives(ada), await lives(bob)], [true, false])
    t.strictSame(sids(browser), [ada])
  })
})

t.test('OpenID Connect Core section 3.1.2.1: prompt=select_account', async (t) => {
  t.test('where several are signed in, an app that knows none of them asks which', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const page = await browser.get(authorizeUrl({ ui_locales: 'zh-CN' }))
    t.equal(page.statusCode, 200)
    t.match(page.body, '<html lang="zh-CN"')
    t.strictSame(
      accountsOn(page.body).map(([name]) => name),
      ['Bob', 'Ada'],
    )
    t.match(page.headers['content-security-policy'], "frame-ancestors 'none'")
    const answer = await choose(browser, page.body, 'Ada')
    t.equal(answer.statusCode, 303)
    t.equal(await personOf(answer), 'Ada')
    t.equal(sids(browser)[0], accountsOn(page.body)[1]?.[1], 'she is the one used last')
  })
  t.test('an app that has tokens of one of them goes on with that one', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const page = await browser.get(authorizeUrl())
    await personOf(await choose(browser, page.body, 'Ada'))
    t.equal(await personOf(await browser.get(authorizeUrl())), 'Ada')
    t.equal(await personOf(await browser.get(authorizeUrl({ prompt: 'none' }))), 'Ada')
    const other = await browser.get(authorizeUrl({ ...NATIVE }))
    t.equal(accountsOn(other.body).length, 2, 'another app asks')
  })
  t.test('asks even where there is one account, and nobody where there is none', async (t) => {
    const browser = await browserOf('ada')
    const page = await browser.get(authorizeUrl({ prompt: 'select_account' }))
    t.equal(accountsOn(page.body).length, 1)
    t.equal(await personOf(await choose(browser, page.body, 'Ada')), 'Ada')
    const nobody = await issuer.browser().get(authorizeUrl({ prompt: 'select_account' }))
    t.match(nobody.body, 'id="password"')
  })
  t.test('another account signs in, and comes in addition', async (t) => {
    const browser = await browserOf('ada')
    const page = await browser.get(authorizeUrl({ prompt: 'select_account' }))
    const form = hiddenFields((await choose(browser, page.body, 'another')).body)
    const password = passwordOf('bob')
    const answer = await browser.submit('/sign-in', { ...form, username: 'bob', password })
    t.equal(await personOf(answer), 'Bob')
    t.equal(sids(browser).length, 2)
  })
  t.test('with login, the chosen one is asked for the password', async (t) => {
    const browser = await browserOf('ada', 'bob')
    const page = await browser.get(authorizeUrl({ prompt: 'select_account login' }))
    const next = await choose(browser, page.body, 'Ada')
    t.match(next.body, /<input id="username"[^>]* value="ada"/)
    t.match(next.body, 'id="password"')
  })
  t.test('a hint chooses, and offers nobody else', async (t) => {
    const { id_token } = await tokensOf()
    const browser = await browserOf('ada', 'bob')
    const hint = { id_token_hint: id_token }
    t.equal(await personOf(await browser.get(authorizeUrl(hint))), 'Ada')
    const page = await browser.get(authorizeUrl({ ...hint, prompt: 'select_account' }))
    t.strictSame(
      accountsOn(page.body).map(([name]) => name),
      ['Ada'],
    )
    const [bob = ''] = sids(await browserOf('bob'))
    const foreign = { ...hiddenFields(page.body), account: bob }
    const refused = await browser.submit('/select-account', foreign)
    t.match(refused.headers.location, `${ISSUER}/authorize?`, 'nor takes anybody else')
  })
  t.test('attack C19: a session of another browser cannot be chosen', async (t) => {
    const [ada, mallory] = [await browserOf('ada'), await browserOf('bob', 'guest1')]
    const page = await mallory.get(authorizeUrl())
    const account = sid(cookie(ada))
    const answer = await mallory.submit('/select-account', { ...hiddenFields(page.body), account })
    t.strictSame([answer.statusCode, answerOf(answer).get('code')], [303, null])
    t.match(answer.headers.location, `${ISSUER}/authorize?`)
  })
})

t.test('what a sign-in asks of the store, step by step', async (t) => {
  const asked: string[] = []
  const counted = await testIssuer({ aroundStore: (store) => noting(store, asked) })
  t.teardown(() => counted.close())
  const browser = counted.browser()
  const during = async (what: () => Promise<unknown>) => {
    asked.length = 0
    await what()
    // The process follows the log by its own clock, whoever signs in.
    return asked.filter((name) => !/^log\.(heartbeat|read|trim)$/.test(name))
  }
  t.test('a first one: where the log stands, the session, the code', async (t) => {
    const page = await browser.get(authorizeUrl())
    const fields = { ...hiddenFields(page.body), username: 'ada', password: passwordOf('ada') }
    t.strictSame(await during(() => browser.submit('/sign-in', fields)), [
      'log.head',
      'sessions.create',
      'codes.save',
    ])
  })
  t.test('another app: the session, its use, the code', async (t) => {
    t.strictSame(await during(() => browser.get(authorizeUrl(NATIVE))), [
      'sessions.find',
      'sessions.touch',
      'codes.save',
    ])
  })
  t.test('the same person again: one more, to see who was there', async (t) => {
    const page = await browser.get(authorizeUrl({ prompt: 'login' }))
    const fields = { ...hiddenFields(page.body), username: 'ada', password: passwordOf('ada') }
    t.strictSame(await during(() => browser.submit('/sign-in', fields)), [
      'sessions.find',
      'log.head',
      'sessions.renew',
      'codes.save',
    ])
  })
})

/** The store, which notes what it is asked of sessions, codes, families and the log. */
function noting(store: Store, asked: string[]): Store {
  const note = <T extends object>(part: T, name: string): T =>
    new Proxy(part, {
      get: (target, method, receiver) => {
        const own = Reflect.get(target, method, receiver)
        if (typeof own !== 'function') return own
        return (...given: unknown[]) => {
          asked.push(`${name}.${String(method)}`)
          return own.apply(target, given)
        }
      },
    })
  return {
    ...store,
    sessions: note(store.sessions, 'sessions'),
    codes: note(store.codes, 'codes'),
    families: note(store.families, 'families'),
    log: note(store.log, 'log'),
  }
}
