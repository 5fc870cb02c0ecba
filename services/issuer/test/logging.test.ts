import { OAuthError } from '@latchkey/protocol'
import fastify from 'fastify'
import t from 'tap'
import { createLogger } from '../src/logging.ts'
import { authenticatorFrom, ONE_TIME_CODE } from './fixtures/authenticator.ts'
import {
  AUTHORIZE,
  SECRET as CLIENT_SECRET,
  hiddenFields,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** A logger and the lines that it has written. */
function capture() {
  const lines: string[] = []
  const logger = createLogger('trace', { write: (line: string) => lines.push(line) })
  return { logger, lines, all: () => lines.join('') }
}

const SECRET = 'hunter2-correct-horse'
const CODE = `c0_${'Ab3-'.repeat(11)}`.slice(0, 46)
const REFRESH = `s0_${'x'.repeat(22)}~${'y'.repeat(8)}.12.${'z'.repeat(43)}`
const JWT = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${'e'.repeat(40)}.${'f'.repeat(43)}`

const SECRET_FIELDS = [
  ...['password', 'newPassword', 'current_password', 'secret', 'client_secret', 'clientSecret'],
  ...['secretHash', 'password_hash', 'masterKey', 'privateKey', 'token', 'access_token'],
  ...['refresh_token', 'id_token', 'id_token_hint', 'logout_token', 'subject_token', 'code'],
  ...['actor_token', 'client_assertion', 'assertion', 'code_verifier', 'code_challenge', 'state'],
  ...['nonce', 'csrf', 'ticket', 'handle', 'handleHash', 'cookie', 'Set-Cookie', 'authorization'],
  ...['Proxy-Authorization', 'redisUrl', 'query', 'body', 'k', 'sec-websocket-protocol'],
  ...['device_code', 'userCode', 'one_time_code', 'registrationAccessToken', 'initialToken'],
  ...['password-step', 'passwordStep', 'proof', 'dpop'],
]

t.test('attacks.md H7: a field that carries a secret is never written', async (t) => {
  for (const name of SECRET_FIELDS) {
    const { logger, all } = capture()
    logger.info({ [name]: SECRET }, 'flat')
    logger.info({ request: { headers: { [name]: [SECRET, SECRET] } } }, 'nested in lists')
    logger.info({ [name]: { inner: { text: SECRET } } }, 'a group under the name')
    logger.child({ [name]: SECRET }).warn('bindings of a child')
    logger.error(
      Object.assign(new Error('failed'), { [name]: SECRET, command: { args: [SECRET] } }),
    )
    t.notMatch(all(), SECRET, name)
    t.equal(all().split('\n').length, 6, 'one line each')
  }
})

t.test(
  'attacks.md H7: a name is judged the same, however often it came and whatever came before',
  async (t) => {
    const { logger, lines } = capture()
    for (let count = 0; count < 600; count++) logger.info({ [`foreign-${count}`]: SECRET })
    const long = 'password'.padStart(80, '_')
    for (let time = 0; time < 2; time++) {
      const said = { passWord: SECRET, [long]: SECRET, next: `/cb?${SECRET}`, pass: 'a word' }
      logger.info(said)
      const { passWord, [long]: same, next, pass } = JSON.parse(lines.at(-1) ?? '')
      t.strictSame([passWord, same, next, pass], ['[redacted]', '[redacted]', '/cb', 'a word'])
    }
  },
)

t.test('attacks.md H7: what looks like a secret is not written wherever it stands', async (t) => {
  const secrets: [text: string, gone: string][] = [
    [JWT, 'eeeeee'],
    [`a token ${JWT} in the middle`, 'ffffff'],
    [JWT.slice(0, -20), 'ffffff'],
    [CODE, 'b3-Ab3'],
    [REFRESH, 'zzzzzz'],
    [`d0_${'d'.repeat(43)}`, 'dddddd'],
    [`s0_${'x'.repeat(22)}.${'h'.repeat(43)}`, 'hhhhhh'],
    [`urn:ietf:params:oauth:request_uri:${'u'.repeat(43)}`, 'uuuuuu'],
    ['otpauth://totp/sso:ada?secret=JBSWY3DPEHPK3PXP&issuer=sso', 'JBSWY3'],
    ['/device?user_code=BCDF-GHJK', 'BCDF'],
    [`Bearer ${SECRET}`, SECRET],
    [`authorization: basic ${SECRET}==`, SECRET],
    [`GET /cb?code=${SECRET}&state=1 failed`, SECRET],
    [`https://a.example/cb#access_token=${SECRET}`, SECRET],
    [`/logout?x=1&id_token_hint=${SECRET}`, SECRET],
    [`redis://user:${SECRET}@10.0.0.1:6379/0`, SECRET],
    [`$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$${SECRET}`, SECRET],
    [`$pbkdf2-sha256$i=1000$c2FsdA$${SECRET}`, SECRET],
    [`pbkdf2_sha256$1000$salt$${SECRET}`, SECRET],
    [`scrypt$16384$salt$8$1$${SECRET}`, SECRET],
    [`sha256:${'q'.repeat(43)}`, 'qqqqqq'],
    [`-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`, SECRET],
    [`-----BEGIN EC PRIVATE KEY-----\n${SECRET}`, SECRET],
  ]
  for (const [text, gone] of secrets) {
    const { logger, all } = capture()
    logger.info(text)
    logger.info({ detail: text, list: [text], [text]: 1 }, 'fields')
    logger.error(new Error(text, { cause: new Error(text) }))
    t.notMatch(all(), gone, text)
  }
})

t.test('what helps in a log stays', async (t) => {
  const { logger, lines } = capture()
  logger.info({ client: 'orders', sid: `s0_${'x'.repeat(22)}`, code: 'invalid_grant' }, 'refused')
  logger.error(new OAuthError('invalid_grant', 'code_replayed'))
  logger.error(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
  logger.info({ path: '/authorize', count: 3, ok: true, none: null, code: 404 }, 'facts')
  const [first, second, third, fourth] = lines.map((line) => JSON.parse(line))
  t.match(first, { client: 'orders', sid: /^s0_x{22}$/, code: 'invalid_grant', msg: 'refused' })
  t.match(second.err, { type: 'OAuthError', code: 'invalid_grant', reason: 'code_replayed' })
  t.match(second.err.stack, /logging\.test\.ts/)
  t.match(third.err, { code: 'ECONNREFUSED', message: 'connect' })
  t.match(fourth, { path: '/authorize', count: 3, ok: true, none: null, code: 404 })
})

t.test('attacks.md H6: text of others is one line, cut, and cannot steer a terminal', async (t) => {
  const hostile = 'a\r\nb\u001b[31mc\u0000d\u0085e\u2028f\u202eg\u007fh'
  const { logger, lines } = capture()
  logger.info({ username: hostile, [`k${hostile}`]: 1 }, hostile)
  logger.info({ username: 'u'.repeat(1_000_000) }, 'm'.repeat(1_000_000))
  logger.info(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'))
  t.equal(lines.length, 3)
  for (const line of lines) {
    t.equal(line.indexOf('\n'), line.length - 1, 'one line')
    t.ok(line.length < 2_000, 'not long')
  }
  const { username, msg } = JSON.parse(lines[0] ?? '')
  t.equal(username, msg)
  t.equal(username, 'a\\x0d\nb\\x1b[31mc\\x00d\\x85e\\u2028f\\u202eg\\x7fh', 'also after parsing')
  t.match(JSON.parse(lines[1] ?? '').username, /^u{512}… \(1000000 characters\)$/)
  t.equal(({} as { polluted?: number }).polluted, undefined)
})

t.test('a request is logged by its path, through Fastify as well', async (t) => {
  const { logger, lines, all } = capture()
  const app = fastify({ loggerInstance: logger })
  app.get('/cb', (request) => {
    request.log.info({ headers: request.headers, query: request.query, url: request.url }, 'inside')
    request.log.info(request.raw)
    throw new Error(`failed at ${request.url}`)
  })
  await app.inject({
    url: `/cb?code=${SECRET}&state=${SECRET}`,
    headers: { cookie: `a=${SECRET}`, authorization: `Bearer ${SECRET}` },
  })
  logger.info({ req: { method: 'GET', url: `http://evil.example/cb?access_token=${SECRET}` } })
  await app.inject(`/missing?id_token_hint=${SECRET}`)
  await app.close()
  t.notMatch(all(), SECRET)
  const requests = lines.map((line) => JSON.parse(line)).filter(({ req }) => req)
  t.match(requests[0].req, { method: 'GET', path: '/cb', remoteAddress: '127.0.0.1' })
  t.same(requests.map(({ req }) => req.path).sort(), ['/cb', '/cb', '/cb', '/cb', '/missing'])
})

t.test('a line that cannot be read back is left out, and said so', async (t) => {
  const { logger, lines } = capture()
  logger.info({ toJSON: undefined, size: 10n }, 'a bigint')
  const circular: Record<string, unknown> = { secret: SECRET }
  circular['self'] = circular
  logger.info({ circular }, 'a circle')
  let deep: unknown = SECRET
  for (let depth = 0; depth < 50; depth++) deep = { deeper: deep }
  logger.info({ deep }, 'deep')
  for (const line of lines) t.ok(JSON.parse(line).msg)
  t.notMatch(lines.join(''), SECRET)
})

t.test('the level decides what is written', async (t) => {
  const lines: string[] = []
  const logger = createLogger('warn', { write: (line) => lines.push(line) })
  logger.info('no')
  logger.warn('yes')
  t.equal(lines.length, 1)
})

t.test(
  'attack H7: a life of sessions, with its mistakes, leaves no secret in the log',
  async (t) => {
    const { logger, lines, all } = capture()
    const issuer = await testIssuer({ log: logger })
    t.teardown(() => issuer.close())
    const { redeem, refresh, exchange, codeOf, tokensOf } = tokenRequests(issuer)
    const [browser, other] = [issuer.browser(), issuer.browser()]
    const code = await codeOf(browser)
    const first = (await redeem(code)).json()
    const second = (await refresh(first.refresh_token)).json()
    const third = await tokensOf(other)
    const form = hiddenFields(
      (await issuer.browser().get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)).body,
    )
    const { access_token } = (
      await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    ).json()
    await exchange(second.access_token)
    // Every secret once more, where it does not belong.
    await redeem(code)
    await refresh(code)
    await issuer.post('/introspect', { token: second.refresh_token }, 'reports')
    await issuer.post('/revoke', { token: third.refresh_token })
    await issuer.app.inject(`/userinfo?access_token=${third.access_token}`)
    await issuer.app.inject(`/logout?id_token_hint=${third.id_token}x`)
    await issuer.app.inject(`/authorize?client_id=${CLIENT_SECRET}&code=${code}&state=${VERIFIER}`)
    await issuer.app.inject({ url: `/nothing/${third.refresh_token}` })
    await other.submit('/sign-in', { ...form, username: 'ada', password: 'ada-ada-ada-wrong' })
    await issuer.app.inject({
      url: '/admin/v1/users',
      headers: { authorization: `Bearer ${access_token}x` },
    })
    await browser.get(`/logout?id_token_hint=${second.id_token}`)

    const secrets: Record<string, string> = {
      password: 'ada-ada-ada',
      'client secret': CLIENT_SECRET,
      'code verifier': VERIFIER,
      code,
      csrf: form['csrf'] ?? '',
      'cookie of a browser': browser.cookies.get('__Host-latchkey-browser') ?? '',
      'cookie of a session': other.cookies.get('__Host-latchkey-session')?.split('.')[1] ?? '',
      'access token': second.access_token.split('.')[2],
      'machine token': access_token.split('.')[2],
      'refresh token': second.refresh_token.split('.')[2],
      'ID token': third.id_token.split('.')[2] ?? '',
    }
    t.ok(lines.length > 20, 'something was logged')
    for (const [name, secret] of Object.entries(secrets)) {
      t.ok(secret.length > 8, `there is a ${name}`)
      t.notOk(all().includes(secret), `the log holds no ${name}`)
    }
  },
)

t.test('attack H7: nor does a second factor, from its first code to a sign-in', async (t) => {
  const { logger, lines, all } = capture()
  const issuer = await testIssuer({ log: logger })
  t.teardown(() => issuer.close())
  const browser = issuer.browser()
  await browser.signIn('ada')
  const setUp = (await browser.get(ONE_TIME_CODE)).body
  const phone = authenticatorFrom(setUp, issuer)
  const offer = hiddenFields(setUp)
  await browser.submit(ONE_TIME_CODE, { ...offer, code: '000000' })
  await browser.submit(ONE_TIME_CODE, { ...offer, code: phone.code() })
  const other = issuer.browser()
  const form = hiddenFields((await other.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)).body)
  const page = await other.submit('/sign-in', { ...form, username: 'ada', password: 'ada-ada-ada' })
  const step = hiddenFields(page.body)
  await other.submit('/sign-in/code', { ...step, code: '000000' })
  await other.submit('/sign-in/code', { ...step, code: phone.code(1) })
  const secrets = {
    'secret in groups': /id="secret">([^<]*)</.exec(setUp)?.[1] ?? '',
    secret: (/id="secret">([^<]*)</.exec(setUp)?.[1] ?? '').replaceAll(' ', ''),
    'offered secret': offer['secret'] ?? '',
    'sealed secret':
      (await issuer.directory.users.oneTimeCodeSecret(await issuer.sub('ada'))) ?? '',
    'password step': step['password-step'] ?? '',
    password: 'ada-ada-ada',
  }
  t.ok(
    lines.some((line) => line.includes('urn:latchkey:acr:mfa')),
    'somebody signed in with it',
  )
  for (const [name, secret] of Object.entries(secrets)) {
    t.ok(secret.length > 8, `there is a ${name}`)
    t.notOk(all().includes(secret), `the log holds no ${name}`)
  }
})
