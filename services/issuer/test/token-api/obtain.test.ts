import { ACR } from '@latchkey/protocol'
import { decodeJwt } from 'jose'
import { pino } from 'pino'
import t from 'tap'
import { dpopApp } from '../fixtures/dpop-app.ts'
import { APP_ORIGIN, jsonApi, refusal } from '../fixtures/json-api.ts'
import { giveOneTimeCode } from '../fixtures/one-time-code.ts'
import {
  AUTHORIZE,
  hiddenFields,
  ISSUER,
  ORDERS,
  passwordOf,
  REPORTS,
  SECRET,
  testIssuer,
} from '../test-issuer.ts'

const lines: string[] = []
const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
const issuer = await testIssuer({ log })
t.teardown(() => issuer.close())
const { post, call, obtain, person, tokensOf, sessionsOf } = await jsonApi(issuer)

t.test('user name and password give what a sign-in by redirect gives', async (t) => {
  const answer = await obtain('ada', { scope: 'openid profile' }, { 'user-agent': 'phone' })
  t.equal(answer.statusCode, 200)
  const { access_token, refresh_token, id_token, ...more } = answer.json()
  t.strictSame(more, { token_type: 'Bearer', expires_in: 300, scope: 'openid profile' })
  const sub = await issuer.sub('ada')
  const access = decodeJwt(access_token)
  t.match(access, { iss: ISSUER, sub, aud: ORDERS, client_id: 'native', acr: ACR.password })
  t.strictSame([access['amr'], access['auth_time']], [['pwd'], issuer.now()])
  t.strictSame(access['routes'], ['GET /orders', 'GET /orders/:id'])
  t.match(decodeJwt(id_token), { sub, aud: 'native', sid: access['sid'], name: 'Ada' })
  const [session] = await sessionsOf('ada')
  t.match(session, { sid: access['sid'], clients: ['native'], userAgent: 'phone' })
  t.strictSame(answer.cookies, [], 'no browser is signed in')
  t.match(answer.headers, { 'cache-control': 'no-store', pragma: 'no-cache' })
  const refreshed = await call('refresh', { refresh_token })
  t.match(decodeJwt(refreshed.json().access_token), { sid: access['sid'], aud: ORDERS })
})

t.test(
  'scope, resource and details are those of the client, and default as elsewhere',
  async (t) => {
    const plain = (await obtain('ada')).json()
    t.strictSame([plain.scope, plain.id_token], [undefined, undefined])
    const audienceOf = async (resource: unknown) =>
      decodeJwt((await obtain('ada', { resource })).json().access_token)['aud']
    t.equal(await audienceOf(REPORTS), REPORTS)
    t.equal(await audienceOf([REPORTS]), REPORTS)
    t.equal(await audienceOf(ISSUER), ISSUER)
    for (const resource of ['https://evil.example', [ORDERS, REPORTS]]) {
      t.strictSame(refusal(await obtain('ada', { resource })), [400, 'invalid_target'])
    }
    const details = [{ type: 'latchkey_routes', locations: [ORDERS], routes: ['GET /orders'] }]
    const authorization_details = JSON.stringify(details)
    const narrowed = (await obtain('ada', { authorization_details })).json()
    t.strictSame(decodeJwt(narrowed.access_token)['routes'], ['GET /orders'])
    const { refresh_token } = narrowed
    const next = (await call('refresh', { refresh_token })).json()
    t.strictSame(next.authorization_details, details, 'and stays so')
    const [status, code] = refusal(await obtain('ada', { authorization_details: '[{}]' }))
    t.strictSame([status, code], [400, 'invalid_authorization_details'])
    t.strictSame(refusal(await obtain('ada', { scope: 'openid  x' })), [400, 'invalid_scope'])
    await issuer.changeClient('native', { grantTypes: ['authorization_code'] })
    t.equal((await obtain('ada')).json().refresh_token, undefined, 'no refresh for who has none')
    t.strictSame(refusal(await call('refresh', { refresh_token: 'x' })), [
      400,
      'unauthorized_client',
    ])
    await issuer.changeClient('native', { grantTypes: ['authorization_code', 'refresh_token'] })
  },
)

t.test('RFC 9700 section 2.4: only for the operator’s own clients that are opted in', async (t) => {
  const closed: [name: string, change: object][] = [
    ['not opted in', { tokenApi: false }],
    ['another’s', { tokenApi: false, firstParty: false }],
  ]
  for (const [name, change] of closed) {
    await issuer.changeClient('native', change)
    for (const path of ['obtain', 'refresh', 'verify', 'revoke']) {
      const body = { username: 'ada', password: passwordOf('ada'), refresh_token: 'x', token: 'x' }
      t.strictSame(refusal(await call(path, body)), [400, 'unauthorized_client'], `${name} ${path}`)
    }
    t.equal((await post('simplejwt/', { username: 'ada', password: 'x' })).statusCode, 400, name)
    await issuer.changeClient('native', { tokenApi: true, firstParty: true })
  }
  t.equal((await obtain('ada')).statusCode, 200)
})

t.test('the client proves who it is as at the token endpoint', async (t) => {
  await issuer.changeClient('orders', { tokenApi: true })
  const basic = (secret: string) => `Basic ${Buffer.from(`orders:${secret}`).toString('base64')}`
  const ada = { username: 'ada', password: passwordOf('ada') }
  t.equal((await post('obtain', ada, { authorization: basic(SECRET) })).statusCode, 200)
  await issuer.changeClient('orders', { authMethod: 'client_secret_post' })
  const inBody = { ...ada, client_id: 'orders', client_secret: SECRET }
  t.equal((await post('obtain', inBody)).statusCode, 200)
  const refused: [string, object, Record<string, string>][] = [
    ['nobody', ada, {}],
    ['an unknown client', { ...ada, client_id: 'nobody' }, {}],
    ['no secret', { ...ada, client_id: 'orders' }, {}],
    ['a wrong secret', { ...inBody, client_secret: 'wrong' }, {}],
    ['another way than agreed', ada, { authorization: basic(SECRET) }],
  ]
  for (const [name, body, headers] of refused) {
    t.strictSame(refusal(await post('obtain', body, headers)), [401, 'invalid_client'], name)
  }
  await issuer.directory.clients.setDisabled('native', true)
  t.strictSame(refusal(await obtain('ada')), [401, 'invalid_client'], 'disabled')
  await issuer.directory.clients.setDisabled('native', false)
  await issuer.changeClient('orders', { authMethod: 'client_secret_basic', tokenApi: false })
})

t.test('attack G1: whatever is wrong with the credentials, the answer is the same', async (t) => {
  const bodies = new Set<string>()
  const guesses: [username: string, password: string][] = [
    ['ada', 'wrong-wrong'],
    ['nobody', 'wrong-wrong'],
    ['eve', passwordOf('eve')],
    ['ada', 'x'.repeat(1000)],
  ]
  for (const [username, password] of guesses) {
    const answer = await call('obtain', { username, password })
    t.strictSame(refusal(answer), [400, 'invalid_grant'], username)
    bodies.add(answer.body)
  }
  t.equal(bodies.size, 1)
})

t.test('what is not a request is refused before a password is looked at', async (t) => {
  const password = passwordOf('ada')
  const malformed: [name: string, body: object | string][] = [
    ['no user name', { client_id: 'native', password }],
    ['no password', { client_id: 'native', username: 'ada' }],
    ['an empty password', { client_id: 'native', username: 'ada', password: '' }],
    ['null', { client_id: 'native', username: 'ada', password: null }],
    ['a number', { client_id: 'native', username: 'ada', password: 1 }],
    ['a list', { client_id: 'native', username: ['ada'], password }],
    ['an object', { client_id: 'native', username: { $ne: '' }, password }],
    ['a long user name', { client_id: 'native', username: 'a'.repeat(257), password }],
    ['a long password', { client_id: 'native', username: 'ada', password: 'a'.repeat(1025) }],
    ['65 members', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}`, 'x']))],
    ['a member twice', `{"client_id":"native","client_id":"native","username":"ada"}`],
    ['the same in other words', `{"client_id":"native","client\\u005fid":"native"}`],
    ['a prototype', '{"client_id":"native","__proto__":{}}'],
    ['a list of requests', '[{}]'],
    ['text', '"native"'],
  ]
  for (const [name, body] of malformed) {
    t.strictSame(refusal(await post('obtain', body)), [400, 'invalid_request'], name)
  }
  const unknown = await obtain('ada', { device_name: 'x', one_time_code: null })
  t.equal(unknown.statusCode, 200, 'RFC 6749 section 3.2: what is unknown is ignored')
})

t.test('the second factor is asked for and never passed over', async (t) => {
  const username = await person()
  const code = await giveOneTimeCode(issuer, username)
  const refusals: [name: string, more: object, reason: RegExp][] = [
    ['none', {}, /needs a one_time_code/],
    ['an empty one', { one_time_code: '' }, /needs a one_time_code/],
    ['a wrong one', { one_time_code: '1' }, /is not right/],
  ]
  for (const [name, more, said] of refusals) {
    const answer = await obtain(username, more)
    t.strictSame(refusal(answer), [401, 'one_time_code_required'], name)
    t.match(answer.json().error_description, said)
  }
  const wrong = await call('obtain', { username, password: 'wrong-wrong', one_time_code: code() })
  t.strictSame(refusal(wrong), [400, 'invalid_grant'], 'a code alone opens nothing')
  t.strictSame(await sessionsOf(username), [], 'and no session was made')
  const { access_token } = await tokensOf(username, { one_time_code: code() })
  t.match(decodeJwt(access_token), { acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] })
  const again = await obtain(username, { one_time_code: code() })
  t.strictSame(refusal(again), [401, 'one_time_code_required'], 'attack G9: once only')
})

t.test('attack G8: guesses count together with those at the sign-in page', async (t) => {
  const username = await person()
  const password = 'wrong-wrong'
  const guesses = [
    () => call('obtain', { username, password }),
    () => post('simplejwt/', { username, password }),
    async () => {
      const browser = issuer.browser()
      const page = await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
      return await browser.submit('/sign-in', { ...hiddenFields(page.body), username, password })
    },
  ]
  const statuses = []
  for (let count = 0; count < 10; count++) {
    statuses.push((await guesses[count % guesses.length]?.())?.statusCode)
  }
  t.strictSame(statuses, [400, 401, 401, 400, 401, 401, 400, 401, 401, 400])
  const throttled = await obtain(username)
  t.strictSame(refusal(throttled), [429, 'too_many_requests'], 'the right password too')
  t.equal(throttled.headers['retry-after'], '900')
  const body = { username, password: passwordOf(username) }
  const drf = await post('simplejwt/', body)
  t.strictSame(drf.json(), { detail: 'Request was throttled. Expected available in 900 seconds.' })
  t.strictSame([drf.statusCode, drf.headers['retry-after']], [429, '900'])
  const elsewhere = await post('obtain', { client_id: 'native', ...body }, {}, '192.0.2.7')
  t.equal(elsewhere.statusCode, 200, 'another network is not')
})

t.test('RFC 9449: a proof binds the tokens, and refreshing needs the key again', async (t) => {
  const [app, thief] = [dpopApp(issuer), dpopApp(issuer)]
  const proofFor = (path: string, from = app) => ({
    dpop: from.proof({ uri: `${ISSUER}/api/token/${path}` }),
  })
  const answer = await obtain('ada', {}, proofFor('obtain'))
  const { token_type, access_token, refresh_token } = answer.json()
  t.equal(token_type, 'DPoP')
  t.match(decodeJwt(access_token), { cnf: { jkt: app.jkt } })
  t.type(answer.headers['dpop-nonce'], 'string')
  for (const headers of [{}, proofFor('refresh', thief)]) {
    t.strictSame(refusal(await call('refresh', { refresh_token }, headers)), [400, 'invalid_grant'])
  }
  const other = await obtain('ada', {}, proofFor('refresh'))
  t.strictSame(refusal(other), [400, 'invalid_dpop_proof'], 'of another address')
  const refreshed = await call('refresh', { refresh_token }, proofFor('refresh'))
  t.equal(refreshed.json().token_type, 'DPoP')
  await issuer.changeClient('native', { requireDpop: true })
  t.strictSame(refusal(await obtain('ada')), [400, 'invalid_request'], 'none, where one is needed')
  await issuer.changeClient('native', { requireDpop: false })
})

t.test('attack H10: only scripts of the client’s own origins read answers', async (t) => {
  const readable = (answer: Awaited<ReturnType<typeof obtain>>) =>
    answer.headers['access-control-allow-origin']
  for (const path of ['obtain', 'refresh', 'verify', 'revoke', 'simplejwt/', 'simplejwt/refresh']) {
    for (const [origin, expected] of [
      [APP_ORIGIN, APP_ORIGIN],
      ['https://evil.example', undefined],
      ['null', undefined],
    ] as const) {
      const preflight = await issuer.app.inject({
        method: 'OPTIONS',
        url: `/api/token/${path}`,
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      t.equal(readable(preflight), expected, `${path} ${origin}`)
      t.equal(readable(await call(path, {}, { origin })), expected, `${path} ${origin}`)
    }
  }
  await issuer.changeClient('orders', { corsOrigins: ['https://orders.example'] })
  issuer.advance(10)
  const others = await obtain('ada', {}, { origin: 'https://orders.example' })
  t.strictSame([others.statusCode, readable(others)], [200, undefined], 'nor another client’s')
})

t.test('what ends while the password is compared is ended', async (t) => {
  const ended = await testIssuer({
    around: (directory) => ({
      ...directory,
      users: {
        ...directory.users,
        checkPassword: async (username, password) => {
          const outcome = await directory.users.checkPassword(username, password)
          await ended.end({ kind: 'user', sub: await ended.sub('ada') }, 'password_changed', {
            sub: 'issuer',
          })
          return outcome
        },
      },
    }),
  })
  t.teardown(() => ended.close())
  const api = await jsonApi(ended)
  t.strictSame(refusal(await api.obtain('ada')), [400, 'invalid_grant'])
  t.equal((await api.obtain('bob')).statusCode, 200)
})

t.test('a sign-in that cannot be answered leaves no session', async (t) => {
  const username = await person()
  const service = await issuer.directory.services.find(REPORTS)
  if (!service) throw new Error('the service is declared')
  await issuer.directory.services.save({ ...service, disabled: true })
  t.strictSame(refusal(await obtain(username, { resource: REPORTS })), [400, 'invalid_target'])
  await issuer.directory.services.save(service)
  t.strictSame(await sessionsOf(username), [])
})

t.test('attack H7: of all this no password, code or token is in the log', async (t) => {
  const username = await person()
  const code = await giveOneTimeCode(issuer, username)
  const oneTimeCode = code()
  const { access_token, refresh_token } = await tokensOf(username, { one_time_code: oneTimeCode })
  await call('refresh', { refresh_token })
  const log = lines.join('')
  t.match(log, 'signed in by the JSON API')
  const secrets = [passwordOf(username), 'wrong-wrong', access_token, refresh_token]
  for (const secret of secrets) t.notOk(log.includes(secret))
  t.notOk(lines.some((line) => line.includes(`"${oneTimeCode}"`)))
})
