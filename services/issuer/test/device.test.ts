import { newDeviceCode, systemRandom } from '@latchkey/protocol'
import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { decodeJwt } from 'jose'
import t from 'tap'
import {
  newUserCode,
  readUserCode,
  shownUserCode,
  USER_CODE_LETTERS,
} from '../src/device/user-code.ts'
import { DEVICE_GRANT, deviceScene } from './fixtures/device-scene.ts'
import { dpopApp } from './fixtures/dpop-app.ts'
import { hiddenFields, ISSUER, ORDERS, REPORTS } from './test-issuer.ts'

const scene = await deviceScene()
t.teardown(() => scene.issuer.close())
const { issuer, client, start, poll, browserOf, signIn, type, answer, allow } = scene

t.test('RFC 8628 section 6.1: user codes', async (t) => {
  t.equal(USER_CODE_LETTERS.length ** 8 > 2 ** 34, true, 'at least 34 bits')
  t.notMatch(USER_CODE_LETTERS, /[AEIOUY0-9]/, 'no vowels and no digits, so nothing looks alike')
  const drawn = Array.from({ length: 2000 }, () => newUserCode(systemRandom))
  t.ok(drawn.every((code) => readUserCode(code) === code))
  const counts = Map.groupBy(drawn.join(''), (letter) => letter)
  t.equal(counts.size, 20)
  // 800 of each are expected, with a deviation of 28.
  for (const [letter, all] of counts) t.ok(Math.abs(all.length - 800) < 170, letter)
  t.equal(shownUserCode('BCDFGHJK'), 'BCDF-GHJK')
  for (const typed of ['BCDF-GHJK', 'bcdfghjk', ' BCDF GHJK ', 'bcdf–ghjk', 'B.C.D.F.G.H.J.K']) {
    t.equal(readUserCode(typed), 'BCDFGHJK', typed)
  }
  for (const typed of [
    undefined,
    '',
    'BCDF-GHJ',
    'BCDF-GHJKL',
    'ACDF-GHJK',
    'BCDF-GHJ0',
    'ВCDFGHJK',
  ]) {
    t.equal(readUserCode(typed), undefined, String(typed))
  }
})

t.test('RFC 8628 sections 3.1 and 3.2: what a device asks and gets', async (t) => {
  const told = await issuer.post('/device_authorization', { scope: 'openid' }, 'tv')
  t.equal(told.statusCode, 200)
  t.equal(told.headers['cache-control'], 'no-store')
  const { device_code, user_code, ...rest } = told.json()
  t.match(device_code, /^d0_[\w-]{43}$/)
  t.match(user_code, /^[B-Z]{4}-[B-Z]{4}$/)
  t.strictSame(rest, {
    verification_uri: `${ISSUER}/device`,
    verification_uri_complete: `${ISSUER}/device?user_code=${user_code}`,
    expires_in: 600,
    interval: 5,
  })
  const refused: [string, Record<string, string>, string, number, string][] = [
    ['a client that is not registered for it', {}, 'orders', 400, 'unauthorized_client'],
    ['a client that is not known', {}, 'nobody', 401, 'invalid_client'],
    ['a service that the client may not call', { resource: REPORTS }, 'tv', 400, 'invalid_target'],
    ['a scope that is none', { scope: 'a  b' }, 'tv', 400, 'invalid_scope'],
    [
      'details of no type',
      { authorization_details: '[{}]' },
      'tv',
      400,
      'invalid_authorization_details',
    ],
  ]
  for (const [name, form, clientId, status, error] of refused) {
    const { statusCode, ...other } = await issuer.post('/device_authorization', form, clientId)
    t.strictSame([statusCode, other.json().error], [status, error], name)
  }
})

t.test('a person signs in, types the code, allows it, and the device has tokens', async (t) => {
  const { device_code, user_code } = await start()
  const browser = issuer.browser()
  const first = await browser.get('/device')
  t.match(first.body, /id="password"/, 'nobody tries a code who is not signed in')
  t.notMatch(first.body, /name="user_code" type="text"/)
  const back = await signIn(first, 'ada', browser)
  t.strictSame([back.statusCode, back.headers.location], [303, `${ISSUER}/device`])
  t.equal((await poll(device_code)).json().error, 'authorization_pending')

  const confirm = await type(user_code.toLowerCase(), browser)
  for (const shown of [
    'The tv',
    user_code,
    'Ada',
    'Orders',
    'scope-email',
    'Is this your device',
  ]) {
    t.match(confirm.body, shown)
  }
  t.equal((await answer(confirm, browser)).statusCode, 200)
  const tokens = (await poll(device_code)).json()
  t.match(tokens, { token_type: 'Bearer', scope: 'openid profile' })
  const claims = decodeJwt(tokens.access_token)
  const [session] = await issuer.store.sessions.listByUser(await issuer.sub('ada'), 1, issuer.now())
  t.match(claims, { aud: ORDERS, client_id: 'tv', sid: session?.sid })
  t.match(decodeJwt(tokens.id_token), { aud: 'tv', sub: await issuer.sub('ada') })
  t.strictSame(session?.clients, ['tv'], 'the session knows whom its end concerns')

  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  t.equal((await issuer.post('/token', refresh, 'tv')).statusCode, 200)
  t.equal((await poll(device_code)).json().error, 'invalid_grant', 'once')
})

t.test(
  'RFC 8628 section 3.3.1: the complete address fills the code in and confirms nothing',
  async (t) => {
    const { device_code, user_code } = await start()
    const browser = issuer.browser()
    const url = `/device?user_code=${user_code}`
    const back = await signIn(await browser.get(url), 'ada', browser)
    t.equal(back.headers.location, `${ISSUER}${url}`, 'a sign-in in between leads back to it')
    const page = await browser.get(url)
    t.match(page.body, `value="${user_code}"`)
    t.notMatch(page.body, 'name="decision"')
    t.notMatch((await browser.get('/device?user_code="><b>')).body, '<b>')
    t.equal((await poll(device_code)).json().error, 'authorization_pending')
  },
)

t.test('what a device hears: RFC 8628 section 3.5', async (t) => {
  const browser = await browserOf()
  const denied = await start()
  await answer(await type(denied.user_code, browser), browser, 'deny')
  const said = await poll(denied.device_code)
  t.strictSame([said.statusCode, said.json().error], [400, 'access_denied'])

  const late = await start()
  t.equal((await poll(late.device_code)).json().error, 'authorization_pending')
  const slower = (await poll(late.device_code)).json()
  t.match(slower, { error: 'slow_down', error_description: /every 10 seconds/ })
  issuer.advance(9)
  t.match((await poll(late.device_code)).json(), { error_description: /every 15 seconds/ })
  issuer.advance(15)
  t.equal((await poll(late.device_code)).json().error, 'authorization_pending')
  issuer.advance(600)
  t.equal((await poll(late.device_code)).json().error, 'expired_token')
  t.match((await type(late.user_code, browser)).body, 'not good, or not any more')

  const unknown: [string, string][] = [
    ['a code that was never given', newDeviceCode(systemRandom, 0)],
    ['a code of a partition that is not there', newDeviceCode(systemRandom, 7)],
    ['no code at all', 'x'],
    ['a user code', late.user_code],
  ]
  for (const [name, code] of unknown) {
    t.equal((await poll(code)).json().error, 'invalid_grant', name)
  }
  t.equal((await poll('')).json().error, 'invalid_request')
  const own = await start()
  await allow(own.user_code, browser)
  t.equal((await poll(own.device_code, 'radio')).json().error, 'invalid_grant', 'of another client')
  t.equal((await poll(own.device_code)).statusCode, 200, 'and its own still gets it')
})

t.test('of 50 polls at once one gets tokens', async (t) => {
  const { device_code, user_code } = await start()
  await allow(user_code, await browserOf())
  const polls = await Promise.all(Array.from({ length: 50 }, () => poll(device_code)))
  const won = polls.filter(({ statusCode }) => statusCode === 200)
  t.equal(won.length, 1)
  const errors = new Set(polls.filter((one) => !won.includes(one)).map((one) => one.json().error))
  t.strictSame([...errors], ['invalid_grant'])
})

t.test(
  'an app that is not first-party needs consent, which is remembered and counts',
  async (t) => {
    const browser = await browserOf()
    const sub = await issuer.sub('ada')
    const { device_code, user_code } = await start('stranger')
    const page = await type(user_code, browser)
    t.match(page.body, 'withdraw your permission')
    await answer(page, browser)
    t.match(await issuer.directory.consents.find(sub, 'stranger'), {
      granted: ['profile'],
      declined: ['email'],
      audiences: [ORDERS],
    })
    t.equal((await poll(device_code, 'stranger')).json().scope, 'openid profile')
    const again = await start('stranger')
    const asked = await type(again.user_code, browser)
    t.match(asked.body, /id="scope-profile"[^>]* checked/, 'what was allowed is ticked')
    t.notMatch(asked.body, /id="scope-email"[^>]* checked/)
    await answer(asked, browser)
    await issuer.directory.consents.remove(sub, 'stranger')
    t.equal((await poll(again.device_code, 'stranger')).json().error, 'invalid_grant', 'taken back')
    await client('mine', { firstParty: true })
    await allow((await start('mine')).user_code, browser)
    t.equal(await issuer.directory.consents.find(sub, 'mine'), undefined)
  },
)

t.test('of several accounts in a browser, the person says for which one', async (t) => {
  const browser = await browserOf('ada')
  const { device_code, user_code } = await start()
  const other = async () => {
    const page = await browser.get(`/device?user_code=${user_code}`)
    return await browser.submit('/device', { ...hiddenFields(page.body), user_code, other: '1' })
  }
  const back = await signIn(await other(), 'bob', browser)
  t.equal(back.headers.location, `${ISSUER}/device?user_code=${user_code}`)
  t.match((await browser.get('/device')).body, /Signed in as .*Bob/)
  const accounts = await other()
  const sids = [...accounts.body.matchAll(/name="account" value="(s0_[^"]+)"/g)].map(
    ([, sid]) => sid ?? '',
  )
  t.equal(sids.length, 2)
  const fields = hiddenFields(accounts.body)
  const chosen = await browser.submit('/device/account', { ...fields, account: sids[1] ?? '' })
  t.equal(chosen.headers.location, `${ISSUER}/device?user_code=${user_code}`)
  t.match((await browser.get('/device')).body, /Signed in as .*Ada/)
  t.match(
    (await browser.submit('/device/account', { ...fields, account: 'another' })).body,
    'id="password"',
  )
  await browser.submit('/device/account', { csrf: 'x', account: sids[0] ?? '' })
  t.match(
    (await browser.get('/device')).body,
    /Signed in as .*Ada/,
    'not by the form of somebody else',
  )
  await allow(user_code, browser)
  t.equal(decodeJwt((await poll(device_code)).json().access_token).sub, await issuer.sub('ada'))
})

t.test('tokens of a device are bound to its key when it proves one', async (t) => {
  await client('watch', { requireDpop: true })
  const { device_code, user_code } = await start('watch')
  await allow(user_code, await browserOf())
  t.equal((await poll(device_code, 'watch')).json().error, 'invalid_request', 'not spent by that')
  const app = dpopApp(issuer)
  const form = { grant_type: DEVICE_GRANT, device_code }
  const told = (await app.token(form, app.proof(), 'watch')).json()
  t.equal(told.token_type, 'DPoP')
  t.match(decodeJwt(told.access_token), { cnf: { jkt: app.jkt } })
})

t.test('RFC 9396: a device that asks for less gets less', async (t) => {
  const detail = { type: 'latchkey_routes', locations: [ORDERS], routes: ['GET /orders'] }
  const { device_code, user_code } = await start('tv', {
    authorization_details: JSON.stringify([detail]),
  })
  const browser = await browserOf()
  const page = await type(user_code, browser)
  t.match(page.body, 'GET /orders')
  await answer(page, browser)
  const told = (await poll(device_code)).json()
  t.strictSame(told.authorization_details, [detail])
  t.strictSame(decodeJwt(told.access_token)['routes'], ['GET /orders'])
})

t.test('on Redis, where a device and a session may stand in different partitions', async (t) => {
  const redis = await startRedis()
  const store = await connectRedisStore({ url: redis.url, partitions: 4 })
  const other = await deviceScene({ store })
  t.teardown(async () => {
    await other.issuer.close()
    await redis.stop()
  })
  const browser = await other.browserOf()
  const partitions = new Set<string>()
  for (let i = 0; i < 12; i += 1) {
    const { device_code, user_code } = await other.start()
    await other.allow(user_code, browser)
    const answer = await other.poll(device_code)
    t.equal(answer.statusCode, 200)
    const { sid, rev } = decodeJwt<{ sid: string; rev: readonly number[] }>(
      answer.json().access_token,
    )
    partitions.add(device_code.slice(0, 2))
    t.equal(rev[0], Number(sid.slice(1, 2)), 'its log is that of its session')
  }
  t.ok(partitions.size > 1)
})
