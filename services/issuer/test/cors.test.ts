import type { Directory } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { ISSUER, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

let isAway = false
/** The list of clients cannot be had while `isAway`. */
const around = (directory: Directory): Directory => ({
  ...directory,
  clients: {
    ...directory.clients,
    list: () =>
      isAway ? Promise.reject(new StoreUnavailable('directory')) : directory.clients.list(),
  },
})
const issuer = await testIssuer({ around })
t.teardown(() => issuer.close())
const OWN = 'https://spa.example'
const OTHERS = 'https://other.example'
await issuer.changeClient('orders', { corsOrigins: [OWN] })
await issuer.changeClient('native', { corsOrigins: [OTHERS] })

/** What an answer tells browsers about other origins. */
function corsOf({ headers }: LightMyRequestResponse): Record<string, unknown> {
  const told = Object.entries(headers).filter(([name]) => name.startsWith('access-control-'))
  return Object.fromEntries(told.map(([name, value]) => [name.slice(15), value]))
}
const READABLE = {
  'allow-origin': OWN,
  'expose-headers': 'dpop-nonce, retry-after, www-authenticate',
}

const preflight = (url: string, origin: string) =>
  issuer.app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'dpop',
    },
  })
const basic = `Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`
const post = (url: string, form: Record<string, string>, headers: Record<string, string>) =>
  issuer.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })

t.test('a preflight of a registered origin hears what it may do', async (t) => {
  const methods = { '/token': 'POST', '/revoke': 'POST', '/userinfo': 'GET, POST' }
  for (const [url, allowed] of Object.entries(methods)) {
    const answer = await preflight(url, OWN)
    t.equal(answer.statusCode, 204)
    t.equal(answer.headers['vary'], 'origin')
    t.strictSame(corsOf(answer), {
      ...READABLE,
      'allow-methods': allowed,
      'allow-headers': 'authorization, content-type, dpop',
      'max-age': '600',
    })
  }
  t.equal((await preflight('/token', OTHERS)).headers['access-control-allow-origin'], OTHERS)
})

t.test('attack H10: every other origin hears nothing', async (t) => {
  const origins = [
    'null',
    'https://evil.example',
    'https://spa.example.evil.example',
    'https://evilspa.example',
    'https://spa.example:8443',
    'https://SPA.example',
    'http://spa.example',
    'https://spa.example/',
    `${OWN}, ${OTHERS}`,
    '*',
    '',
  ]
  for (const origin of origins) {
    for (const answer of [
      await preflight('/token', origin),
      await post('/token', {}, { origin, authorization: basic }),
      await issuer.app.inject({ url: '/userinfo', headers: { origin } }),
    ]) {
      t.strictSame(corsOf(answer), {}, origin)
    }
  }
  t.test('also when somebody registered it as null', async (t) => {
    const around = await testIssuer({
      around: (directory) => ({
        ...directory,
        clients: {
          ...directory.clients,
          list: async () =>
            (await directory.clients.list()).map((one) => ({ ...one, corsOrigins: ['null'] })),
        },
      }),
    })
    t.teardown(() => around.close())
    const answer = await around.app.inject({
      method: 'OPTIONS',
      url: '/token',
      headers: { origin: 'null', 'access-control-request-method': 'POST' },
    })
    t.strictSame(corsOf(answer), {})
  })
})

t.test('answers can be read by the scripts of the client that asked', async (t) => {
  const machine = { grant_type: 'client_credentials' }
  const attempt = async (form: Record<string, string>, headers: Record<string, string>) =>
    corsOf(await post('/token', form, headers))
  t.strictSame(await attempt(machine, { origin: OWN, authorization: basic }), READABLE)
  t.strictSame(await attempt({}, { origin: OWN, authorization: basic }), READABLE, 'errors too')
  t.strictSame(await attempt(machine, { origin: OTHERS, authorization: basic }), {})
  t.strictSame(
    await attempt(machine, { origin: OWN, authorization: 'Basic x' }),
    READABLE,
    'who asked is not known yet',
  )
  t.strictSame(await attempt(machine, { authorization: basic }), {}, 'no origin')
  const revoked = await post('/revoke', { token: 'x' }, { origin: OWN, authorization: basic })
  t.strictSame([revoked.statusCode, corsOf(revoked)], [200, READABLE])
  t.test('user info: by the client that the token is of', async (t) => {
    const { access_token } = await tokenRequests(issuer).tokensOf(undefined, { resource: ISSUER })
    const read = async (origin: string) => {
      const headers = { origin, authorization: `Bearer ${access_token}` }
      const answer = await issuer.app.inject({ url: '/userinfo', headers })
      t.equal(answer.statusCode, 200)
      return corsOf(answer)
    }
    t.strictSame(await read(OWN), READABLE)
    t.strictSame(await read(OTHERS), {})
  })
})

t.test('RFC 9700 section 2.6: nothing for people can be read by scripts', async (t) => {
  const closed: [string, Record<string, string>][] = [
    ['/authorize', {}],
    ['/', {}],
    ['/logout', {}],
    ['/introspect', {}],
    ['/admin/v1/users', {}],
  ]
  for (const [url] of closed) {
    const answers = [
      await preflight(url, OWN),
      await issuer.app.inject({ url, headers: { origin: OWN } }),
    ]
    for (const answer of answers) t.strictSame(corsOf(answer), {}, url)
    t.equal(answers[0]?.statusCode, 405, url)
  }
})

t.test('what is for everybody can be read by everybody', async (t) => {
  for (const url of ['/jwks', '/.well-known/openid-configuration']) {
    const answer = await issuer.app.inject({ url, headers: { origin: 'null' } })
    t.strictSame(corsOf(answer), { 'allow-origin': '*' }, url)
  }
})

t.test('the list of origins is fresh within ten seconds, and never a reason to fail', async (t) => {
  await issuer.directory.clients.setDisabled('native', true)
  t.not(corsOf(await preflight('/token', OTHERS))['allow-origin'], undefined)
  issuer.advance(10)
  t.strictSame(corsOf(await preflight('/token', OTHERS)), {})
  isAway = true
  t.teardown(() => {
    isAway = false
  })
  issuer.advance(10)
  t.strictSame(corsOf(await preflight('/token', OWN)), {})
})
