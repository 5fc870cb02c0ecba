import { createHmac, createPublicKey } from 'node:crypto'
import { clientSecretKey, signJwt } from '@latchkey/tokens'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import {
  AUTHORIZE,
  CALLBACK,
  hiddenFields,
  ISSUER,
  ORDERS,
  SECRET,
  type TestBrowser,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'

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
  t.test('but a client that can write its own hints ends no session of others', async (t) => {
    const { sid } = await signedIn()
    const id = 'writer'
    const redirectUris = ['https://writer.example/cb']
    await issuer.directory.clients.save({ id, secret: SECRET, redirectUris, idTokenAlg: 'HS256' })
    const key = clientSecretKey({ secret: SECRET, clientId: id, issuer: ISSUER })
    const facts = { iss: ISSUER, aud: id, sub: 'u_x', sid, iat: issuer.now() }
    const hint = signJwt(key, 'JWT', { ...facts, exp: issuer.now() + 60 })
    t.equal((await issuer.browser().get(logoutUrl({ id_token_hint: hint }))).statusCode, 200)
    t.equal(await alive(sid), true)
    await issuer.store.sessions.noteClient(sid, id, [], issuer.now())
    await issuer.browser().get(logoutUrl({ id_token_hint: hint }))
    t.equal(await alive(sid), false, 'only of its own')
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

t.test('modules of the conformance suite: oidcc-rp-initiated-logout', async (t) => {
  const registered = { post_logout_redirect_uri: `${ORDERS}/` }
  const foreign = await new SignJWT({ sub: 'u_x', sid: 'x' })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'x' })
    .setIssuer(ISSUER)
    .setAudience('orders')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign((await generateKeyPair('RS256')).privateKey)
  const unsigned = (idToken: string) => {
    const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    return `${head}.${idToken.split('.')[1]}.`
  }
  type Query = (hint: string) => Record<string, string>
  /** `back` and `out` end the session, with and without a way back; `asked` shows the question; `error` ends nothing. */
  const modules: [name: string, query: Query, result: 'back' | 'out' | 'asked' | 'error'][] = [
    ['rp-initiated-logout', (hint) => ({ id_token_hint: hint, ...registered, state: 'x' }), 'back'],
    ['no-state', (hint) => ({ id_token_hint: hint, ...registered }), 'back'],
    ['no-post-logout-redirect-uri', (hint) => ({ id_token_hint: hint }), 'out'],
    ['no-params', () => ({}), 'asked'],
    ['only-state', () => ({ state: 'x' }), 'asked'],
    ['no-id-token-hint', () => ({ ...registered, client_id: 'orders', state: 'x' }), 'asked'],
    ['no-id-token-hint, nor a client', () => ({ ...registered, state: 'x' }), 'error'],
    [
      'bad-post-logout-redirect-uri',
      (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${ORDERS}/other` }),
      'error',
    ],
    [
      'query-added-to-post-logout-redirect-uri',
      (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${ORDERS}/?foo=bar` }),
      'error',
    ],
    [
      'modified-id-token-hint',
      (hint) => ({ id_token_hint: unsigned(hint), ...registered, state: 'x' }),
      'error',
    ],
    ['bad-id-token-hint', () => ({ id_token_hint: foreign, ...registered, state: 'x' }), 'error'],
  ]
  for (const [name, query, result] of modules) {
    t.test(`${name}: ${result}`, async (t) => {
      const { browser, idToken, sid } = await signedIn()
      const answer = await browser.get(logoutUrl(query(idToken)))
      const { location } = answer.headers
      if (result === 'back') {
        const state = query('')['state']
        t.equal(location, state === undefined ? `${ORDERS}/` : `${ORDERS}/?state=${state}`)
      } else {
        t.equal(location, undefined, 'nobody is sent anywhere')
        t.equal(answer.statusCode, result === 'error' ? 400 : 200)
      }
      t.equal(await alive(sid), result === 'asked' || result === 'error')
      if (result === 'error') return
      if (result === 'asked') {
        const out = await browser.submit('/logout/confirm', hiddenFields(answer.body))
        t.equal(out.headers.location, undefined)
      }
      t.equal(await silently(browser), 'login_required')
    })
  }
  t.test('discovery names the endpoint', async (t) => {
    const document = (await issuer.app.inject('/.well-known/openid-configuration')).json()
    t.match(document, {
      end_session_endpoint: `${ISSUER}/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
    })
  })
})
