import { createHmac, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose'
import t, { type Test } from 'tap'
import {
  AUTHORIZE,
  CALLBACK,
  hiddenFields,
  ISSUER,
  ORDERS,
  type TestBrowser,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

async function signedIn(
  username = 'ada',
): Promise<{ browser: TestBrowser; idToken: string; sid: string }> {
  const browser = issuer.browser()
  const code = (await browser.signIn(username)).get('code') ?? ''
  const answer = await issuer.post('/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  const idToken = answer.json().id_token
  return { browser, idToken, sid: String(decodeJwt(idToken)['sid']) }
}

const logoutUrl = (query: Record<string, string>) => `/logout?${new URLSearchParams(query)}`
const alive = async (sid: string) =>
  (await issuer.store.sessions.find(sid, issuer.now())) !== undefined
const silently = async (browser: TestBrowser) => {
  const answer = await browser.get(
    `/authorize?${new URLSearchParams({ ...AUTHORIZE, prompt: 'none' })}`,
  )
  return new URL(String(answer.headers.location)).searchParams.get('error')
}

t.test('RP-Initiated Logout section 2: with proof', async (t) => {
  t.test('a valid hint and a registered address: out, and back with the state', async (t) => {
    const { browser, idToken, sid } = await signedIn()
    const answer = await browser.get(
      logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: `${ORDERS}/`, state: 's&1' }),
    )
    t.strictSame([answer.statusCode, answer.headers.location], [303, `${ORDERS}/?state=s%261`])
    t.equal(await alive(sid), false)
    t.equal(await silently(browser), 'login_required')
    t.equal(browser.cookies.has('__Host-latchkey-session'), false)
  })
  t.test('by POST as well', async (t) => {
    const { browser, idToken, sid } = await signedIn()
    const posted = await browser.submit('/logout', { id_token_hint: idToken })
    t.equal(posted.statusCode, 303, 'as a navigation it brings our cookies along')
    const answer = await browser.get(String(posted.headers.location).slice(ISSUER.length))
    t.equal(answer.statusCode, 200)
    t.equal(await alive(sid), false)
  })
  t.test('an expired hint is still a hint', async (t) => {
    const { browser, idToken, sid } = await signedIn()
    issuer.advance(3000)
    await browser.get(logoutUrl({ id_token_hint: idToken }))
    t.equal(await alive(sid), false)
  })
  t.test('without a state none is invented', async (t) => {
    const { browser, idToken } = await signedIn()
    const answer = await browser.get(
      logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: `${ORDERS}/` }),
    )
    t.equal(answer.headers.location, `${ORDERS}/`)
  })
  t.test('a browser that has lost its cookie ends the session that the hint names', async (t) => {
    const { idToken, sid } = await signedIn()
    await issuer.browser().get(logoutUrl({ id_token_hint: idToken }))
    t.equal(await alive(sid), false)
  })
})

t.test('attacks E4 and E5: without proof nothing ends and nobody is sent away', async (t) => {
  const { idToken: foreignSession } = await signedIn('bob')
  const { browser, idToken, sid } = await signedIn()
  const [header = '', payload = '', signature = ''] = idToken.split('.')
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`
  const cases: [string, Record<string, string>, number][] = [
    ['a bare link', {}, 200],
    ['only a state', { state: 'x' }, 200],
    [
      'a registered address without a hint',
      { client_id: 'orders', post_logout_redirect_uri: `${ORDERS}/` },
      200,
    ],
    ['the hint of another session', { id_token_hint: foreignSession }, 200],
    ['an address without a client', { post_logout_redirect_uri: `${ORDERS}/` }, 400],
    [
      'an unregistered address',
      { id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.example/' },
      400,
    ],
    [
      'a registered address with a query',
      { id_token_hint: idToken, post_logout_redirect_uri: `${ORDERS}/?x=1` },
      400,
    ],
    ['a hint without a signature', { id_token_hint: none }, 400],
    [
      'a hint with another signature',
      { id_token_hint: `${header}.${payload}.${signature.slice(0, -4)}AAAA` },
      400,
    ],
    ['a hint that is no token', { id_token_hint: 'x' }, 400],
    ['a hint of another client', { id_token_hint: idToken, client_id: 'native' }, 400],
    ['an unknown client', { client_id: 'nobody' }, 400],
  ]
  for (const [name, query, status] of cases) {
    t.test(`${name}: ${status === 200 ? 'the person is asked' : 'an error page'}`, async (t) => {
      const answer = await browser.get(logoutUrl(query))
      t.strictSame([answer.statusCode, answer.headers.location], [status, undefined])
      t.equal(await alive(sid), true)
      if (status === 200) t.match(answer.body, 'id="sign-out"')
    })
  }
  t.test(
    'a form of another site comes without cookies: the person is asked all the same',
    async (t) => {
      for (const form of [{}, { id_token_hint: foreignSession }]) {
        const posted = await issuer.browser().submit('/logout', form)
        t.equal(posted.headers['set-cookie'], undefined)
        const asked = await browser.get(String(posted.headers.location).slice(ISSUER.length))
        t.match(asked.body, 'id="sign-out"')
        t.equal(await alive(sid), true)
      }
    },
  )
  t.test('a picture of another site does not even take the cookie away', async (t) => {
    const answer = await issuer.browser().get('/logout')
    t.equal(answer.headers['set-cookie'], undefined)
    t.equal(await alive(sid), true)
  })
  t.test('a cookie that opens nothing any more is taken away', async (t) => {
    const stale = issuer.browser()
    stale.cookies.set('__Host-latchkey-session', `${sid}.${'A'.repeat(43)}`)
    await stale.get('/logout')
    t.equal(stale.cookies.has('__Host-latchkey-session'), false)
  })
  t.test('a repeated parameter is an error page', async (t) => {
    t.equal((await browser.get('/logout?state=1&state=2')).statusCode, 400)
  })
  t.test('the question needs its own token', async (t) => {
    const asked = await browser.submit('/logout/confirm', { request: '' })
    t.match(asked.body, 'id="sign-out"')
    t.equal(await alive(sid), true)
  })
  t.test('who says yes is signed out, and E6: the page is kept by no cache', async (t) => {
    const page = await browser.get('/logout')
    t.match(page.headers['cache-control'], 'no-store')
    const answer = await browser.submit('/logout/confirm', hiddenFields(page.body))
    t.equal(answer.statusCode, 200)
    t.equal(await alive(sid), false)
  })
  t.test('the page of the issuer itself offers the way out', async (t) => {
    const { browser, sid } = await signedIn()
    const page = await browser.get('/')
    t.match(page.body, 'Ada')
    await browser.submit('/logout/confirm', hiddenFields(page.body))
    t.equal(await alive(sid), false)
  })
})

t.test('attacks A1, A3, A5, A10, B10: what is no ID token of ours is no hint', async (t) => {
  const { browser, idToken, sid } = await signedIn()
  const [header = '', payload = '', signature = ''] = idToken.split('.')
  const { kid } = decodeProtectedHeader(idToken)
  const encode = (facts: object) => Buffer.from(JSON.stringify(facts)).toString('base64url')
  const own = await generateKeyPair('RS256')
  const jwk = await exportJWK(own.publicKey)
  const forged = (members: object) =>
    new SignJWT(decodeJwt(idToken))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: String(kid), ...members })
      .sign(own.privateKey)
  const [published] = (await issuer.app.inject('/jwks'))
    .json()
    .keys.filter((key: { kid: string }) => key.kid === kid)
  const pem = createPublicKey({ key: published, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  })
  const withPem = (alg: string) => {
    const head = encode({ alg, typ: 'JWT', kid })
    const mac = createHmac(alg.replace('HS', 'sha'), pem).update(`${head}.${payload}`)
    return `${head}.${payload}.${mac.digest('base64url')}`
  }
  const machine = await issuer.post('/token', { grant_type: 'client_credentials' })
  const hints: Record<string, string> = {
    'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'alg none with our signature': `${encode({ alg: 'none', typ: 'JWT', kid })}.${payload}.${signature}`,
    'HS256 with our public key': withPem('HS256'),
    'HS512 with our public key': withPem('HS512'),
    'a foreign key under our kid': await forged({}),
    'a foreign key in the header': await forged({ jwk }),
    'another payload under our signature': `${header}.${encode({ ...decodeJwt(idToken), sub: 'u_evil' })}.${signature}`,
    'an access token': machine.json().access_token,
    'two parts': `${header}.${payload}`,
    'a padded signature': `${idToken}=`,
    'a line break': `${idToken}\n`,
  }
  for (const [name, id_token_hint] of Object.entries(hints)) {
    const out = await browser.get(logoutUrl({ id_token_hint }))
    t.strictSame([out.statusCode, out.headers.location], [400, undefined], name)
    const query = new URLSearchParams({ ...AUTHORIZE, prompt: 'none', id_token_hint })
    const asked = await browser.get(`/authorize?${query}`)
    t.match(asked.headers.location, 'error=invalid_request', name)
  }
  t.equal(await alive(sid), true)
})

/** An app's address for logout tokens: answers with these statuses in turn, then with 200. */
async function listener(t: Test, ...statuses: number[]) {
  const received: { body: string; type: string | undefined }[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      received.push({ body, type: request.headers['content-type'] })
      response.writeHead(statuses.shift() ?? 200).end()
      for (const { count, resolve } of waiting) if (received.length >= count) resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  return {
    received,
    /** A name below localhost, as in the demo cluster: Node's resolver would not find it. */
    uri: `http://orders.localhost:${port}/out`,
    heard: (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve })),
    claims: (index: number) => {
      const form = new URLSearchParams(received[index]?.body)
      return decodeJwt(form.get('logout_token') ?? '')
    },
  }
}

async function listenAt(backchannelLogoutUri: string, where = issuer): Promise<void> {
  const client = await where.directory.clients.find('orders')
  if (!client) throw new Error('the client is declared')
  await where.directory.clients.save({ ...client, backchannelLogoutUri })
}

t.test('Back-Channel Logout section 2.5: the apps of the session are told', async (t) => {
  const app = await listener(t, 500, 200)
  await listenAt(app.uri)
  const { idToken, sid } = await signedIn()
  const heard = app.heard(2)
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  await heard
  t.equal(app.received.length, 2, 'a failure is tried again')
  t.equal(app.received[0]?.type, 'application/x-www-form-urlencoded')
  const token = new URLSearchParams(app.received[1]?.body).get('logout_token') ?? ''
  t.match(decodeProtectedHeader(token), { typ: 'logout+jwt', alg: 'RS256', kid: String })
  const claims = app.claims(1)
  t.match(claims, {
    iss: ISSUER,
    aud: 'orders',
    sub: decodeJwt(idToken).sub,
    sid,
    jti: String,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  t.equal(Number(claims.exp) - Number(claims.iat), 120)
  t.equal('nonce' in claims, false)
})

t.test('a stolen refresh token that was used again ends the session at the apps too', async (t) => {
  const app = await listener(t)
  await listenAt(app.uri)
  const { refresh, tokensOf } = tokenRequests(issuer)
  const { access_token, refresh_token } = await tokensOf()
  await refresh(refresh_token)
  issuer.advance(11)
  const heard = app.heard(1)
  await refresh(refresh_token)
  await heard
  t.equal(app.claims(0)['sid'], decodeJwt(access_token)['sid'])
})

t.test('an issuer that stops tries nothing again', async (t) => {
  const stopping = await testIssuer()
  const app = await listener(t, 500, 500, 500)
  await listenAt(app.uri, stopping)
  const { access_token } = await tokenRequests(stopping).tokensOf()
  const heard = app.heard(1)
  const sid = String(decodeJwt(access_token)['sid'])
  await stopping.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  await heard
  await stopping.close()
  t.equal(app.received.length, 1)
})
