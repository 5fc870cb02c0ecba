import { createSecretKey, randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import { systemRandom } from '@latchkey/protocol'
import { fastify } from 'fastify'
import t from 'tap'
import { refreshTokens } from '../src/minting/refresh-token.ts'
import { BROWSER_COOKIE, csrf } from '../src/sessions/csrf.ts'
import {
  handleHash,
  handleMatches,
  newHandle,
  readSessionCookie,
  SESSION_COOKIE,
  type SessionHandle,
  singleCookie,
  writeSessionCookie,
} from '../src/sessions/session-cookie.ts'

const sid = `s0_${'A'.repeat(22)}`
const familyId = `${sid}~abcdefgh`

t.test('attack A18: refresh tokens carry a MAC', async (t) => {
  const tokens = refreshTokens(createSecretKey(randomBytes(32)))
  const text = tokens.write({ familyId, generation: 7 })

  t.test('what was written can be read', async (t) => {
    t.strictSame(tokens.read(text), { familyId, generation: 7 })
  })
  t.test(
    'the same facts give the same text, so that a lost answer can be given again',
    async (t) => {
      t.equal(tokens.write({ familyId, generation: 7 }), text)
    },
  )
  t.test('a token of another key is not read', async (t) => {
    t.equal(refreshTokens(createSecretKey(randomBytes(32))).read(text), undefined)
  })
  const [family = '', generation = '', mac = ''] = text.split('.')
  // 43 base64url characters hold 258 bits: the last two bits of a 32-byte MAC are unused and must be zero.
  const last = mac.slice(-1)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const twin = alphabet[alphabet.indexOf(last) + 1]
  const forgeries: Record<string, string> = {
    'another generation': `${family}.8.${mac}`,
    'another family': `${family.slice(0, -1)}x.${generation}.${mac}`,
    'a generation with a leading zero': `${family}.07.${mac}`,
    'generation 0': `${family}.0.${mac}`,
    'a truncated MAC': `${family}.${generation}.${mac.slice(0, -1)}`,
    'a longer MAC': `${text}A`,
    'an equivalent last character': `${text.slice(0, -1)}${twin}`,
    'a space behind': `${text} `,
    'a newline behind': `${text}\n`,
    'four parts': `${text}.x`,
    'an access token': 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
    nothing: '',
  }
  for (const [name, forgery] of Object.entries(forgeries)) {
    t.test(`${name} is not read`, async (t) => t.equal(tokens.read(forgery), undefined))
  }
})

t.test('attack E2: the session cookie', async (t) => {
  const handles = [...'ABCDEF'].map((letter) => newHandle(`s0_${letter.repeat(22)}`, systemRandom))
  const [handle, second] = handles as [SessionHandle, SessionHandle]

  t.test('the store holds a digest that only the secret matches', async (t) => {
    t.equal(handleMatches(handle.secret, handleHash(handle.secret)), true)
    t.equal(handleMatches(newHandle(sid, systemRandom).secret, handleHash(handle.secret)), false)
    t.equal(handleMatches(handle.secret, ''), false)
  })

  const app = fastify()
  await app.register(cookie)
  app.get('/set', async (_request, reply) => {
    writeSessionCookie(reply, [handle, second])
    return {}
  })
  app.get('/read', async (request) => readSessionCookie(request))
  app.get('/clear', async (_request, reply) => {
    writeSessionCookie(reply, [])
    return {}
  })
  t.teardown(() => app.close())

  t.test(
    'RFC 6265bis section 4.1.3.2: host prefix, Secure, HttpOnly, Lax, the whole site',
    async (t) => {
      const answer = await app.inject('/set')
      t.match(answer.headers['set-cookie'], /^__Host-latchkey-session=s0_/)
      const flags = String(answer.headers['set-cookie']).split('; ').slice(1).sort()
      t.strictSame(flags, ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
    },
  )
  const textOf = (some: readonly SessionHandle[]) =>
    some.map(({ sid, secret }) => `${sid}.${secret}`).join('~')
  const value = textOf([handle])
  const five = handles.slice(0, 5)
  const headers: [string, string, readonly object[]][] = [
    ['the cookie is read', `${SESSION_COOKIE}=${value}`, [handle]],
    ['among others', `a=b; ${SESSION_COOKIE}=${value}; c=d`, [handle]],
    ['five sessions are read in order', `${SESSION_COOKIE}=${textOf(five)}`, five],
    ['six are refused', `${SESSION_COOKIE}=${textOf(handles)}`, []],
    ['one session twice is refused', `${SESSION_COOKIE}=${value}~${value}`, []],
    ['an empty place is refused', `${SESSION_COOKIE}=${value}~`, []],
    ['two of one name are refused', `${SESSION_COOKIE}=${value}; ${SESSION_COOKIE}=${value}`, []],
    ['the unprefixed name is not it', `latchkey-session=${value}`, []],
    // Browsers hold only names that begin with the prefix to it; 0xA0 is a space to some parsers.
    ['nor is a name that begins with a strange space', `\u00a0${SESSION_COOKIE}=${value}`, []],
    ['or ends in one', `${SESSION_COOKIE}\u00a0=${value}`, []],
    [
      'so it cannot push the real one out',
      `\u00a0${SESSION_COOKIE}=x; ${SESSION_COOKIE}=${value}`,
      [handle],
    ],
    ['a malformed value is refused', `${SESSION_COOKIE}=${value}x`, []],
    ['an id without a secret is refused', `${SESSION_COOKIE}=${handle.sid}`, []],
    ['no cookie', 'a=b', []],
  ]
  for (const [name, header, expected] of headers) {
    t.test(name, async (t) => {
      const answer = await app.inject({ url: '/read', headers: { cookie: header } })
      t.strictSame(answer.json(), expected)
    })
  }
  t.test('what was written is read', async (t) => {
    const [written = ''] = String((await app.inject('/set')).headers['set-cookie']).split('; ')
    const answer = await app.inject({ url: '/read', headers: { cookie: written } })
    t.strictSame(answer.json(), [handle, second])
  })
  t.test('only a cookie that was sent is taken away', async (t) => {
    const sent = await app.inject({ url: '/clear', headers: { cookie: `${SESSION_COOKIE}=x` } })
    t.match(sent.headers['set-cookie'], /^__Host-latchkey-session=; Max-Age=0/)
    t.equal((await app.inject('/clear')).headers['set-cookie'], undefined)
  })
  t.test('a name that only ends alike is another cookie', async (t) => {
    t.equal(singleCookie('x__Host-a=1', '__Host-a'), undefined)
  })
})

t.test('attack E3: login and logout CSRF', async (t) => {
  const origin = 'https://sso.example'
  const forms = csrf({ macKey: createSecretKey(randomBytes(32)), random: systemRandom, origin })
  const app = fastify()
  await app.register(cookie)
  app.get('/form', async (request, reply) => ({ token: forms.issue(request, reply) }))
  app.post('/send', async (request) => ({
    good: forms.check(request, request.headers['x-token'] as string | undefined),
  }))
  t.teardown(() => app.close())

  const form = await app.inject('/form')
  const token: string = form.json().token
  const [pair = ''] = String(form.headers['set-cookie']).split('; ')
  const other = (await app.inject('/form')).json().token as string

  t.test('a browser keeps its token', async (t) => {
    const again = await app.inject({ url: '/form', headers: { cookie: pair } })
    t.equal(again.json().token, token)
    t.equal(again.headers['set-cookie'], undefined)
  })
  const own = { cookie: pair, 'x-token': token }
  const cases: [string, Record<string, string>, boolean][] = [
    ['our form from this browser', { ...own, 'sec-fetch-site': 'same-origin' }, true],
    ['an old browser that says nothing', own, true],
    ['an old browser with our origin', { ...own, origin }, true],
    ['Origin null, as pages with no-referrer send it', { ...own, origin: 'null' }, true],
    ['a form on another site', { ...own, 'sec-fetch-site': 'cross-site' }, false],
    ['a form on a sibling domain', { ...own, 'sec-fetch-site': 'same-site' }, false],
    ['another origin from an old browser', { ...own, origin: 'https://evil.example' }, false],
    ['our origin as a prefix', { ...own, origin: `${origin}.evil.example` }, false],
    ['without the cookie', { 'x-token': token }, false],
    ['without the token', { cookie: pair }, false],
    ["with another browser's token", { cookie: pair, 'x-token': other }, false],
    ['with the cookie twice', { cookie: `${pair}; ${pair}`, 'x-token': token }, false],
    ['with an empty token', { cookie: pair, 'x-token': '' }, false],
    ['with a foreign browser id', { cookie: `${BROWSER_COOKIE}=evil`, 'x-token': token }, false],
  ]
  for (const [name, headers, expected] of cases) {
    t.test(`${name} is ${expected ? 'accepted' : 'refused'}`, async (t) => {
      const answer = await app.inject({ method: 'POST', url: '/send', headers })
      t.equal(answer.json().good, expected)
    })
  }
})
