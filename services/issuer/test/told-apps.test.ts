/** What apps hear of ended sessions, and what the person is told about them. Back-Channel Logout 1.0, Front-Channel Logout 1.0. */
import type { Client } from '@latchkey/directory'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import t from 'tap'
import { CATALOGUES } from '../src/pages/messages/fill.ts'
import { appListener } from './fixtures/app-listener.ts'
import {
  CALLBACK,
  hiddenFields,
  ISSUER,
  ORDERS,
  REPORTS,
  type TestBrowser,
  type TestIssuer,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const issuer = await testIssuer()
t.teardown(() => issuer.close())

async function change(id: string, change: Partial<Client>, where = issuer): Promise<void> {
  const client = await where.directory.clients.find(id)
  if (!client) throw new Error('the client is declared')
  const { secrets: _, createdAt: __, ...kept } = client
  await where.directory.clients.save({ ...kept, ...change })
}

/** A browser that is signed in, with a session that these clients have tokens of. */
async function signedIn(...clients: string[]): Promise<{ browser: TestBrowser; sid: string }> {
  const browser = issuer.browser()
  await browser.signIn('ada')
  const sid = browser.cookies.get('__Host-latchkey-session')?.split('.')[0] ?? ''
  for (const client of clients)
    await issuer.store.sessions.noteClient(sid, client, [], issuer.now())
  return { browser, sid }
}

async function signOut(browser: TestBrowser, language = 'en') {
  const page = await browser.get('/logout?ui_locales=en')
  return await browser.submit('/logout/confirm', {
    ...hiddenFields(page.body),
    request: `ui_locales=${language}`,
  })
}

/** What the page says of each app, as text. */
function shown(html: string): string[] {
  return [...html.matchAll(/<li id="app-\d+">(.*?)<\/li>/gs)].map(([, row = '']) =>
    row.replace('</bdi>\n', ': ').replace(/<[^>]*>/g, ''),
  )
}
const utc = (second: number) => new Date(second * 1000).toISOString().slice(11, 19)

t.test('Back-Channel Logout section 2.5: the apps of the session are told', async (t) => {
  const app = await appListener(t, 500, 200)
  await change('orders', { backchannelLogoutUri: app.uri })
  const { sid } = await signedIn('orders')
  const heard = app.heard(2)
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  await heard
  t.equal(app.received.length, 2, 'a failure is tried again')
  t.equal(app.received[0]?.type, 'application/x-www-form-urlencoded')
  t.match(decodeProtectedHeader(app.tokenAt(1)), { typ: 'logout+jwt', alg: 'RS256', kid: String })
  const claims = app.claims(1)
  t.match(claims, { iss: ISSUER, aud: 'orders', jti: String, events: { [EVENT]: {} }, sid })
  t.equal(claims.sub, await issuer.sub('ada'))
  t.equal(Number(claims.exp) - Number(claims.iat), 120)
  t.equal('nonce' in claims, false)
  t.not(claims.jti, app.claims(0).jti)
})

t.test('every cause of an end tells the apps', async (t) => {
  const app = await appListener(t)
  await change('orders', { backchannelLogoutUri: app.uri })
  const { refresh, tokensOf } = tokenRequests(issuer)
  const reused = await tokensOf()
  await refresh(reused.refresh_token)
  issuer.advance(11)
  const first = app.heard(1)
  await refresh(reused.refresh_token)
  await first
  t.equal(app.claims(0)['sid'], decodeJwt(reused.access_token)['sid'], 'a reused refresh token')

  const sessions = [await signedIn('orders'), await signedIn('orders')]
  const all = app.heard(3)
  await issuer.end({ kind: 'user', sub: await issuer.sub('ada') }, 'admin', { sub: 'issuer' })
  await all
  t.strictSame(
    [app.claims(1)['sid'], app.claims(2)['sid']].sort(),
    sessions.map(({ sid }) => sid).sort(),
    'an end of a user: each session',
  )
})

t.test('modules of the conformance suite: oidcc-backchannel-rp-initiated-logout', async (t) => {
  const app = await appListener(t)
  await change('orders', { backchannelLogoutUri: app.uri })
  const { tokensOf } = tokenRequests(issuer)
  const { id_token } = await tokensOf()
  const heard = app.heard(1)
  const query = { id_token_hint: id_token, post_logout_redirect_uri: `${ORDERS}/`, state: 'x' }
  const answer = await issuer.browser().get(`/logout?${new URLSearchParams(query)}`)
  t.equal(answer.headers.location, `${ORDERS}/?state=x`)
  await heard
  const hint = decodeJwt(id_token)
  t.match(app.claims(0), { sub: hint.sub, sid: hint['sid'], aud: hint.aud, iss: hint.iss })
})

t.test('the page after signing out tells the truth about each app', async (t) => {
  const told = await appListener(t)
  const erring = await appListener(t, 500)
  const refusing = await appListener(t, 400)
  const app = (id: string, more: Partial<Client>) => {
    const base = { id, name: id, redirectUris: [CALLBACK], firstParty: true, services: [ORDERS] }
    return issuer.directory.clients.save({ ...base, secret: 'x'.repeat(40), ...more })
  }
  const bare = 'https://bare.example'
  await issuer.directory.services.save({
    audience: bare,
    name: 'Bare',
    alg: 'ES256',
    keyGeneration: 1,
    clients: [],
    accessTokenSeconds: 120,
    statusList: false,
    disabled: false,
  })
  await app('A-told', { backchannelLogoutUri: told.uri })
  await app('B-erring', { backchannelLogoutUri: erring.uri })
  await app('C-refusing', { backchannelLogoutUri: refusing.uri, services: [REPORTS, bare] })
  await app('D-dead', { backchannelLogoutUri: 'http://127.0.0.1:1/out' })
  await app('E-barred', { backchannelLogoutUri: 'https://10.0.0.1/out' })
  await app('F-on-the-feed', {})
  await app('G-off-the-feed', { services: [ORDERS, bare] })
  await app('H-no-service', { services: [] })
  const letters = ['A-told', 'B-erring', 'C-refusing', 'D-dead', 'E-barred']
  const deaf = ['F-on-the-feed', 'G-off-the-feed', 'H-no-service', 'gone']
  const { browser, sid } = await signedIn(...letters, ...deaf)
  const lease = utc(issuer.now() + 6)
  const token = utc(issuer.now() + 120)
  const page = await signOut(browser)
  t.strictSame(shown(page.body), [
    'A-told: Signed out',
    `B-erring: Did not confirm it. Access will end by ${lease} UTC`,
    `C-refusing: Did not confirm it. Access will end by ${token} UTC`,
    `D-dead: Could not be reached. Access will end by ${lease} UTC`,
    `E-barred: Could not be reached. Access will end by ${lease} UTC`,
    `F-on-the-feed: Access will end by ${lease} UTC`,
    `G-off-the-feed: Access will end by ${token} UTC`,
    'H-no-service: Access has ended',
  ])
  t.match(page.body, '<meta http-equiv="refresh" content="30;url=/logout/status">')
  t.match(page.body, 'id="again"')

  t.test('attack I6: it says nothing of why', async (t) => {
    for (const secret of ['ECONNREFUSED', 'refused', '127.0.0.1', '10.0.0.1', '500', sid]) {
      t.notMatch(page.body, secret)
    }
  })
  t.test('looked at again it says what has come true', async (t) => {
    issuer.advance(6)
    const again = await browser.get('/logout/status')
    const [, , c, d, , f, g] = shown(again.body)
    t.strictSame(
      [c, d, f, g],
      [
        `C-refusing: Did not confirm it. Access will end by ${token} UTC`,
        'D-dead: Could not be reached. Access has ended',
        'F-on-the-feed: Access has ended',
        `G-off-the-feed: Access will end by ${token} UTC`,
      ],
    )
    issuer.advance(114)
    const last = await browser.get('/logout/status')
    t.notMatch(last.body, 'http-equiv="refresh"', 'it rests')
    t.match(last.body, 'id="again"', 'apps may still be reached')
  })
  t.test('to the browser that signed out, in its language, and to nobody else', async (t) => {
    const headers = { 'accept-language': 'zh-CN' }
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const get = (more: object) =>
      issuer.app.inject({ url: '/logout/status', headers: { ...headers, ...more } })
    t.match((await get({ cookie })).body, '访问权限已结束')
    const mine = browser.cookies.get('__Host-latchkey-signed-out') ?? ''
    const [, until, mac] = mine.split('.')
    const { sid: other } = await signedIn('orders')
    const forged = [
      `${other}.${until}.${mac}`,
      `${sid}.${Number(until) + 1}.${mac}`,
      `${sid}.${until}.${'A'.repeat(43)}`,
      `${sid}.${until}`,
      '',
      `${mine}; __Host-latchkey-signed-out=${mine}`,
    ]
    for (const value of forged) {
      const answer = await get({ cookie: `__Host-latchkey-signed-out=${value}` })
      t.strictSame([answer.statusCode, answer.headers.location], [303, `${ISSUER}/`], value)
    }
    t.equal((await get({})).statusCode, 303)
    issuer.advance(900 - 120)
    t.equal((await browser.get('/logout/status')).statusCode, 303, 'nor to itself for ever')
  })
})

t.test('an app that does not answer keeps the person waiting for a second at most', async (t) => {
  const hanging = await appListener(t, 0)
  await change('orders', { backchannelLogoutUri: hanging.uri })
  const { browser } = await signedIn('orders')
  const begun = performance.now()
  const page = await signOut(browser)
  const tookMs = performance.now() - begun
  t.ok(tookMs > 900 && tookMs < 2500, `${tookMs} ms`)
  t.match(shown(page.body), [/^Orders.*: Access will end by [\d:]{8} UTC$/])
  t.match(page.body, 'content="2;url=/logout/status"')
})

t.test('a session without apps has nothing to tell, and nothing to look at again', async (t) => {
  const { browser } = await signedIn()
  const page = await signOut(browser)
  t.strictSame(shown(page.body), [])
  t.match(page.body, CATALOGUES.en.signedOutText)
  t.notMatch(page.body, /refresh|id="again"/)
})

t.test('a hint alone ends the session and learns nothing of its apps', async (t) => {
  const app = await appListener(t)
  await change('orders', {
    backchannelLogoutUri: app.uri,
    frontchannelLogoutUri: `${ORDERS}/front`,
  })
  const { id_token } = await tokenRequests(issuer).tokensOf()
  const answer = await issuer.browser().get(`/logout?id_token_hint=${id_token}`)
  t.strictSame(shown(answer.body), [])
  t.notMatch(answer.body, /<iframe|refresh/)
  t.equal(answer.headers['set-cookie'], undefined)
  await change('orders', { frontchannelLogoutUri: undefined } as never)
})

t.test(
  'Front-Channel Logout section 3: apps are loaded in frames, of exactly their origins',
  async (t) => {
    const save = (
      id: string,
      frontchannelLogoutUri: string,
      frontchannelSessionRequired: boolean,
    ) =>
      issuer.directory.clients.save({
        id,
        secret: 'x'.repeat(40),
        redirectUris: [`${new URL(frontchannelLogoutUri).origin}/cb`],
        postLogoutRedirectUris: [`https://${id}.example/`],
        frontchannelLogoutUri,
        frontchannelSessionRequired,
      })
    await save('front', 'https://front.example/out?a=1', true)
    await save('plain', 'https://plain.example:8443/out', false)
    const { browser, sid } = await signedIn('front', 'plain')
    const page = await signOut(browser)
    const frames = [...page.body.matchAll(/<iframe[^>]*>/g)].map(([tag]) => tag)
    const query = new URLSearchParams({ iss: ISSUER, sid }).toString().replace('&', '&amp;')
    t.strictSame(
      frames.map((tag) => /src="([^"]*)"/.exec(tag)?.[1]),
      [`https://front.example/out?a=1&amp;${query}`, 'https://plain.example:8443/out'],
    )
    for (const tag of frames) t.match(tag, 'sandbox="allow-scripts allow-same-origin"')
    t.match(
      String(page.headers['content-security-policy']).split('; '),
      new Set(['frame-src https://front.example https://plain.example:8443']),
    )
    t.notMatch(page.body, '<script')
    t.notMatch(shown(page.body).join(), 'Signed out', 'a frame proves nothing')
    t.notMatch((await browser.get('/logout/status')).body, '<iframe')
  },
)

t.test('oidcc-frontchannel-rp-initiated-logout: frames first, then back to the app', async (t) => {
  const { browser, idToken, sid } = await withHint(issuer)
  await issuer.store.sessions.noteClient(sid, 'front', [], issuer.now())
  const query = { id_token_hint: idToken, post_logout_redirect_uri: `${ORDERS}/`, state: 'a&b' }
  const page = await browser.get(`/logout?${new URLSearchParams(query)}`)
  t.strictSame([page.statusCode, page.headers.location], [200, undefined])
  t.match(page.body, '<iframe hidden src="https://front.example/out')
  const back = `${ORDERS}/?state=a%26b`
  t.match(page.body, `<meta http-equiv="refresh" content="2;url=${back}">`)
  t.match(page.body, `id="continue" href="${back}"`)
  t.equal(await issuer.store.sessions.find(sid, issuer.now()), undefined)
})

async function withHint(where: TestIssuer) {
  const browser = where.browser()
  const code = (await browser.signIn('ada')).get('code') ?? ''
  const answer = await tokenRequests(where).redeem(code)
  const idToken = String(answer.json().id_token)
  return { browser, idToken, sid: String(decodeJwt(idToken)['sid']) }
}

t.test('administrators see what was delivered and what not, and why', async (t) => {
  const app = await appListener(t)
  await change('orders', { backchannelLogoutUri: app.uri })
  const { sid } = await signedIn('orders', 'D-dead', 'F-on-the-feed')
  const now = issuer.now()
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${answer.json().access_token}` }
  const list = async (query = '') =>
    await issuer.app.inject({ url: `/admin/v1/deliveries${query}`, headers })
  const heard = app.heard(1)
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  await heard
  await until(async () =>
    (await issuer.store.outbox.ofSession(sid)).every((one) => one.attempts > 0),
  )
  const [dead, deaf, orders] = (await list(`?sid=${sid}`)).json().deliveries
  const facts = { sid, sub: await issuer.sub('ada'), created_at: now, expires_at: now + 965 }
  t.match(orders, { ...facts, client_id: 'orders', state: 'delivered', last_outcome: '200' })
  t.match(orders, { attempts: 1, settled_at: now })
  t.match(dead, { ...facts, client_id: 'D-dead', state: 'waiting', last_outcome: 'ECONNREFUSED' })
  t.match(deaf, { ...facts, client_id: 'F-on-the-feed', state: 'no_address' })
  t.equal((await list()).json().deliveries[0].created_at, now)
  t.equal((await list('?limit=1')).json().deliveries.length, 1)
  for (const query of ['?limit=0', '?limit=501', '?other=1', '?limit=x']) {
    t.equal((await list(query)).statusCode, 400, query)
  }
  t.equal((await issuer.app.inject('/admin/v1/deliveries')).statusCode, 401)
})

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve))
}

t.test('an issuer that stops tries nothing again', async (t) => {
  const stopping = await testIssuer()
  const app = await appListener(t, 500, 500, 500)
  await change('orders', { backchannelLogoutUri: app.uri }, stopping)
  const { access_token } = await tokenRequests(stopping).tokensOf()
  const heard = app.heard(1)
  const sid = String(decodeJwt(access_token)['sid'])
  await stopping.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  await heard
  await stopping.close()
  t.equal(app.received.length, 1)
})
