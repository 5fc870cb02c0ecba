import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import {
  AUTHORIZE,
  answerOf,
  hiddenFields,
  ISSUER,
  isConsent,
  ORDERS,
  passwordOf,
  REPORTS,
  SECRET,
  type TestBrowser,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

const FOREIGN = { client_id: 'foreign', redirect_uri: 'https://foreign.example/cb' }
const found = await issuer.directory.clients.find('foreign')
if (!found) throw new Error('the client is declared')
await issuer.directory.clients.save({
  ...found,
  services: [ORDERS, REPORTS],
  grantTypes: ['authorization_code', 'refresh_token'],
  policyUri: 'https://foreign.example/privacy',
})

const authorizeUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...FOREIGN, ...query })}`
const signInUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`

/** Signed in at an app of the operator, who asks nothing. */
async function browserOf(username = 'ada'): Promise<TestBrowser> {
  const browser = issuer.browser()
  await browser.signIn(username, { prompt: 'login' })
  return browser
}

const send = async (form: Record<string, string>) =>
  await issuer.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      client_id: 'foreign',
      client_secret: SECRET,
      ...form,
    }).toString(),
  })
const redeem = async (answer: Parameters<typeof answerOf>[0]) =>
  await send({
    grant_type: 'authorization_code',
    code: answerOf(answer).get('code') ?? '',
    redirect_uri: FOREIGN.redirect_uri,
    code_verifier: VERIFIER,
  })
const refresh = (token: string, more: Record<string, string> = {}) =>
  send({ grant_type: 'refresh_token', refresh_token: token, ...more })

/** The page of consent for a person, answered with these boxes ticked. */
async function decide(
  browser: TestBrowser,
  query: Record<string, string>,
  fields: Record<string, string>,
) {
  const page = await browser.get(authorizeUrl(query))
  return await browser.submit('/consent', { ...hiddenFields(page.body), ...fields })
}
const forget = async (username = 'ada') =>
  issuer.directory.consents.remove(await issuer.sub(username), 'foreign')

t.test('OpenID Connect Core section 3.1.2.4: an app of somebody else needs consent', async (t) => {
  const browser = await browserOf()
  const page = await browser.get(authorizeUrl({ scope: 'openid email phone' }))
  t.equal(page.statusCode, 200)
  t.equal(isConsent(page), true)
  for (const text of ['Foreign', 'Ada', 'Orders', 'foreign.example', 'rel="noreferrer"']) {
    t.match(page.body, text)
  }
  t.strictSame(
    [...page.body.matchAll(/type="checkbox"/g)].length,
    2,
    'openid is the sign-in itself, and no box',
  )
  t.match(page.headers['content-security-policy'], "frame-ancestors 'none'", 'attack C21')

  t.test('what is allowed is given, and no more', async (t) => {
    const answer = await decide(
      browser,
      { scope: 'openid email phone' },
      { 'scope-email': '1', decision: 'allow' },
    )
    t.equal(answer.statusCode, 303)
    const tokens = (await redeem(answer)).json()
    t.equal(tokens.scope, 'openid email')
    t.equal(decodeJwt(tokens.id_token)['email'], 'ada@example.com')
  })
  t.test('it is remembered, what was declined too', async (t) => {
    const again = await browser.get(authorizeUrl({ scope: 'openid email phone' }))
    t.equal(again.statusCode, 303)
    t.equal((await redeem(again)).json().scope, 'openid email')
    const silent = await browser.get(authorizeUrl({ scope: 'email', prompt: 'none' }))
    t.match(answerOf(silent).get('code'), /^c0_/)
  })
  t.test('a scope or a service more is asked for, and adds to what was allowed', async (t) => {
    const more = [{ scope: 'openid profile' }, { scope: 'openid email', resource: REPORTS }]
    for (const query of more) {
      t.equal(isConsent(await browser.get(authorizeUrl(query))), true)
    }
    await decide(browser, { scope: 'openid profile' }, { 'scope-profile': '1', decision: 'allow' })
    const all = await browser.get(authorizeUrl({ scope: 'openid profile email' }))
    t.equal((await redeem(all)).json().scope, 'openid profile email')
  })
  t.test('prompt=consent asks again, with the boxes as they were left', async (t) => {
    const query = { scope: 'openid email phone', prompt: 'consent' }
    const page = await browser.get(authorizeUrl(query))
    t.match(page.body, /<input id="scope-email"[^>]* checked>/)
    t.match(page.body, /<input id="scope-phone"[^>]* value="1">/)
  })
  t.test('attack C26: claims that are asked one by one are on the page too', async (t) => {
    await forget('bob')
    const bob = await browserOf('bob')
    const claims = { userinfo: { email: null }, id_token: { phone_number: null, name: null } }
    const query = { scope: 'openid', claims: JSON.stringify(claims) }
    const page = await bob.get(authorizeUrl(query))
    const boxes = [...page.body.matchAll(/id="scope-([a-z]+)"/g)].map(([, word]) => word)
    t.strictSame(boxes, ['email', 'phone', 'profile'])
    const answer = await decide(bob, query, { 'scope-profile': '1', decision: 'allow' })
    const code = answerOf(answer).get('code') ?? ''
    const { record } = (await issuer.store.codes.redeem(code, 'foreign', issuer.now())) as {
      record?: { scope: string; claims?: object }
    }
    t.strictSame(
      [record?.scope, record?.claims],
      ['openid', { userinfo: {}, id_token: { name: null } }],
    )
    await forget('bob')
  })
  t.test('each person is asked for themselves', async (t) => {
    const bob = await browserOf('bob')
    t.equal(isConsent(await bob.get(authorizeUrl({ scope: 'openid email' }))), true)
  })
  t.test("the operator's own app asks when it insists, and nothing is kept", async (t) => {
    const query = { prompt: 'consent', scope: 'openid email profile' }
    const page = await browser.get(signInUrl(query))
    t.equal(isConsent(page), true)
    const answer = await browser.submit('/consent', {
      ...hiddenFields(page.body),
      'scope-email': '1',
      decision: 'allow',
    })
    const form = {
      grant_type: 'authorization_code',
      code: answerOf(answer).get('code') ?? '',
      redirect_uri: AUTHORIZE.redirect_uri,
      code_verifier: VERIFIER,
    }
    t.equal((await issuer.post('/token', form)).json().scope, 'openid email')
    t.equal(await issuer.directory.consents.find(await issuer.sub('ada'), 'orders'), undefined)
  })
})

t.test('section 3.1.2.6: "do not allow" goes to the app as access_denied', async (t) => {
  await forget()
  const browser = await browserOf()
  const answer = answerOf(await decide(browser, {}, { 'scope-email': '1', decision: 'deny' }))
  t.strictSame(Object.fromEntries(answer), {
    error: 'access_denied',
    state: 'state-1',
    iss: ISSUER,
  })
  t.equal(isConsent(await browser.get(authorizeUrl())), true, 'and is not remembered')
  const neither = await decide(browser, {}, { 'scope-email': '1' })
  t.match(neither.headers.location, `${ISSUER}/authorize?`, 'a form without a decision is none')
})

t.test('after a sign-in the same flow goes on', async (t) => {
  await forget()
  const browser = issuer.browser()
  const query = authorizeUrl({ prompt: 'login consent', max_age: '0' })
  const form = hiddenFields((await browser.get(query)).body)
  const fields = { ...form, username: 'ada', password: passwordOf('ada') }
  const page = await browser.submit('/sign-in', fields)
  t.equal(isConsent(page), true, 'section 3.1.2.1: login and consent stand together')
  issuer.advance(300)
  const answer = await browser.allow(page)
  const { id_token } = (await redeem(answer)).json()
  t.equal(decodeJwt(id_token)['auth_time'], issuer.now() - 300)

  t.test('attack C18: what is done is not done for the next request', async (t) => {
    t.match((await browser.get(query)).body, 'id="password"')
  })
  t.test('attack C21: a form that is sent twice does no harm', async (t) => {
    t.match(answerOf(await browser.allow(page)).get('code'), /^c0_/)
  })
})

t.test('what a page has settled belongs to this browser, request, session and time', async (t) => {
  const fresh = async (query: Record<string, string> = {}) => {
    await forget()
    const browser = await browserOf()
    return { browser, page: await browser.get(authorizeUrl(query)) }
  }
  type Fresh = Awaited<ReturnType<typeof fresh>>
  const beginsAnew = async (t: Test, { browser, page }: Fresh, fields = {}) => {
    const form = { ...hiddenFields(page.body), 'scope-email': '1', decision: 'allow', ...fields }
    const answer = await browser.submit('/consent', form)
    t.equal(answer.statusCode, 303)
    t.match(answer.headers.location, `${ISSUER}/authorize?`)
    const sub = await issuer.sub('ada')
    t.equal(await issuer.directory.consents.find(sub, 'foreign'), undefined, 'nothing is kept')
  }
  t.test('the page as it was shown', async (t) => {
    const { browser, page } = await fresh()
    t.match(answerOf(await browser.allow(page)).get('code'), /^c0_/)
  })
  t.test('attack C16: not after another person has taken the place', async (t) => {
    const one = await fresh()
    const bob = await browserOf('bob')
    one.browser.cookies.set(
      '__Host-latchkey-session',
      bob.cookies.get('__Host-latchkey-session') ?? '',
    )
    await beginsAnew(t, one)
  })
  t.test('attack C16: the page of one account is never answered for another', async (t) => {
    const { browser, page } = await fresh()
    await browser.signIn('bob', { prompt: 'login' })
    const { id_token } = (await redeem(await browser.allow(page))).json()
    t.equal(decodeJwt(id_token).sub, await issuer.sub('ada'))
  })
  t.test('attack C18: not after the session has ended, nor after another sign-in', async (t) => {
    const ended = await fresh()
    const [sid = ''] = (ended.browser.cookies.get('__Host-latchkey-session') ?? '').split('.')
    await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
    await beginsAnew(t, ended)
    const renewed = await fresh()
    issuer.advance(1)
    await renewed.browser.signIn('ada', { prompt: 'login' })
    await beginsAnew(t, renewed)
  })
  t.test('attack C19: not in another browser', async (t) => {
    const one = await fresh()
    const mallory = await browserOf('bob')
    await beginsAnew(t, { ...one, browser: mallory })
    mallory.cookies.set(
      '__Host-latchkey-session',
      one.browser.cookies.get('__Host-latchkey-session') ?? '',
    )
    await beginsAnew(t, { ...one, browser: mallory })
  })
  t.test('not for another request, and not when somebody has changed it', async (t) => {
    const one = await fresh()
    const request = hiddenFields(one.page.body)['request'] ?? ''
    await beginsAnew(t, one, { request: `${request}&nonce2=x` })
    const proof = hiddenFields(one.page.body)['proof'] ?? ''
    for (const forged of ['', 'x', proof.replace('.0.', '.1.'), `${proof}A`]) {
      await beginsAnew(t, one, { proof: forged })
    }
    await beginsAnew(t, one, { csrf: 'x' })
  })
  t.test('ten minutes, and not a second more', async (t) => {
    const { browser, page } = await fresh()
    issuer.advance(599)
    t.match(answerOf(await browser.allow(page)).get('code'), /^c0_/)
    const late = await fresh()
    issuer.advance(600)
    await beginsAnew(t, late)
  })
})

t.test(
  'RFC 9700 section 2.2: consent is taken back, and checked whenever it is used',
  async (t) => {
    await forget()
    const browser = await browserOf()
    const scope = 'openid email'
    const allow = async () =>
      await decide(browser, { scope, prompt: 'consent' }, { 'scope-email': '1', decision: 'allow' })
    const tokens = (await redeem(await allow())).json()
    t.equal((await refresh(tokens.refresh_token)).statusCode, 200)

    t.test('a token for a service that was not allowed is not given', async (t) => {
      const { access_token, refresh_token } = (await redeem(await allow())).json()
      t.equal(decodeJwt(access_token).aud, ORDERS)
      const other = await refresh(refresh_token, { resource: REPORTS })
      t.strictSame([other.statusCode, other.json().error], [400, 'invalid_grant'])
      t.equal((await refresh(refresh_token)).statusCode, 200, 'and nothing was spent on it')
    })
    t.test(
      'the start page lists the app, and a form of another site changes nothing',
      async (t) => {
        const home = await browser.get('/')
        for (const text of ['Foreign', 'e-mail', 'Orders', 'id="withdraw-1"'])
          t.match(home.body, text)
        const form = { ...hiddenFields(home.body), client: 'foreign' }
        const forged = await browser.submit('/withdraw', { ...form, csrf: 'x' })
        t.equal(forged.statusCode, 400)
        t.match((await browser.get('/')).body, 'id="withdraw-1"')
      },
    )
    t.test('it ends the tokens, the code that is on its way, and the refresh token', async (t) => {
      const { access_token, refresh_token } = (await redeem(await allow())).json()
      const code = await allow()
      const active = async () =>
        (await issuer.post('/introspect', { token: access_token }, 'support')).json().active
      t.equal(await active(), true)
      const form = { ...hiddenFields((await browser.get('/')).body), client: 'foreign' }
      const answer = await browser.submit('/withdraw', form)
      t.strictSame([answer.statusCode, answer.headers.location], [303, `${ISSUER}/`])
      t.equal(await active(), false)
      t.equal((await redeem(code)).json().error, 'invalid_grant')
      t.equal((await refresh(refresh_token)).json().error, 'invalid_grant')
      t.notMatch((await browser.get('/')).body, 'id="withdraw-1"')
      t.equal(isConsent(await browser.get(authorizeUrl({ scope }))), true, 'and is asked for again')
    })
  },
)

t.test('Core section 5.5: what is asked for by name is checked like its scope', async (t) => {
  await forget()
  const browser = await browserOf()
  const claims = JSON.stringify({ id_token: { email: null } })
  const query = { scope: 'openid', prompt: 'consent', claims }
  const allowed = { 'scope-email': '1', decision: 'allow' }
  const tokens = (await redeem(await decide(browser, query, allowed))).json()
  t.equal(decodeJwt(tokens.id_token)['email'], 'ada@example.com')
  t.equal((await refresh(tokens.refresh_token)).statusCode, 200)
  const late = await decide(browser, query, allowed)
  const isActive = async () =>
    (await issuer.post('/introspect', { token: tokens.access_token }, 'support')).json().active
  t.equal(await isActive(), true)
  const next = (await redeem(await decide(browser, query, { decision: 'allow' }))).json()
  t.equal(await isActive(), false, 'what was declined is taken back at once')
  t.equal(decodeJwt(next.id_token)['email'], undefined, 'declined')
  t.equal((await redeem(late)).json().error, 'invalid_grant', 'also for a code on its way')
  const { refresh_token } = tokens
  t.equal((await refresh(refresh_token)).json().error, 'invalid_grant', 'and for what came before')
  t.equal((await refresh(next.refresh_token)).statusCode, 200)
})
