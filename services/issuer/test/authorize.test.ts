import { StoreUnavailable } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import t from 'tap'
import {
  AUTHORIZE,
  answerOf,
  CALLBACK,
  hiddenFields,
  ISSUER,
  ORDERS,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

const authorizeUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`

t.test('OpenID Connect Core section 3.1.2: signing in', async (t) => {
  t.test('the page names the app, carries the request and lets nobody frame it', async (t) => {
    const page = await issuer.browser().get(authorizeUrl())
    t.equal(page.statusCode, 200)
    t.match(page.headers['content-security-policy'], "frame-ancestors 'none'")
    t.match(page.headers['content-security-policy'], `form-action 'self' ${ORDERS}`)
    t.match(page.headers['x-frame-options'], 'DENY')
    t.match(page.headers['cache-control'], 'no-store')
    t.match(page.body, 'Orders &lt;&amp;&quot;')
    t.strictSame(Object.keys(hiddenFields(page.body)).sort(), ['csrf', 'request'])
  })
  t.test('a right password gives a code, the state as it was sent and the issuer', async (t) => {
    const answer = await issuer.browser().signIn('ada', { state: 'a b&c=d"<>' })
    t.match(answer.get('code'), /^c0_/)
    t.equal(answer.get('state'), 'a b&c=d"<>')
    t.equal(answer.get('iss'), ISSUER)
  })
  t.test('the answer to the form is 303, so that the password is not posted on', async (t) => {
    const browser = issuer.browser()
    const form = hiddenFields((await browser.get(authorizeUrl())).body)
    const answer = await browser.submit('/sign-in', {
      ...form,
      username: 'ada',
      password: 'ada-ada-ada',
    })
    t.equal(answer.statusCode, 303)
    t.match(answer.headers.location, `${CALLBACK}?`)
    t.equal(answer.headers['referrer-policy'], 'no-referrer')
  })
  t.test('a query that belongs to the redirect URI stays as it is registered', async (t) => {
    const browser = issuer.browser()
    const query = { redirect_uri: `${ORDERS}/cb?tenant=1` }
    const form = hiddenFields((await browser.get(authorizeUrl(query))).body)
    const answer = await browser.submit('/sign-in', {
      ...form,
      username: 'ada',
      password: 'ada-ada-ada',
    })
    t.match(answer.headers.location, `${ORDERS}/cb?tenant=1&code=`)
  })
  t.test('a second app needs no second password', async (t) => {
    const browser = issuer.browser()
    await browser.signIn('ada')
    const answer = await browser.get(
      authorizeUrl({ client_id: 'native', redirect_uri: 'http://127.0.0.1:5/done' }),
    )
    t.equal(answer.statusCode, 303)
    t.match(answerOf(answer).get('code'), /^c0_/)
  })
  const refused = [
    ['a wrong password', 'ada', 'tr0ub4dor-3'],
    ['no password', 'ada', ''],
    ['an unknown user', 'nobody', 'ada-ada-ada'],
    ['a disabled user', 'eve', 'eve-eve-eve'],
    ['a name with a NUL', 'ada\0', 'ada-ada-ada'],
  ] as const
  const bodies = new Set<string>()
  for (const [name, username, password] of refused) {
    t.test(`${name} gets the page again, with the same words`, async (t) => {
      const browser = issuer.browser()
      const form = hiddenFields((await browser.get(authorizeUrl())).body)
      const answer = await browser.submit('/sign-in', { ...form, username, password })
      t.equal(answer.statusCode, 401)
      if (password !== '') t.notMatch(answer.body, password)
      bodies.add(answer.body.replace(/ value="[^"]*"/g, ''))
      t.equal(browser.cookies.has('__Host-latchkey-session'), false)
    })
  }
  t.test('attack G1: none of these answers differs from the others', async (t) =>
    t.equal(bodies.size, 1),
  )
  t.test('the page speaks Chinese when the app or the browser asks for it', async (t) => {
    const byApp = await issuer.browser().get(authorizeUrl({ ui_locales: 'zh-CN' }))
    t.match(byApp.body, '<html lang="zh-CN"')
  })
})

t.test('sections 3.1.2.1 and 3.1.2.3: prompt, max_age and hints', async (t) => {
  const browser = issuer.browser()
  t.test('prompt=none without a session is login_required, at the redirect URI', async (t) => {
    const answer = answerOf(await browser.get(authorizeUrl({ prompt: 'none' })))
    t.strictSame(Object.fromEntries(answer), {
      error: 'login_required',
      state: 'state-1',
      iss: ISSUER,
    })
  })
  t.test('prompt=none with a session gives a code', async (t) => {
    await browser.signIn('ada')
    t.match(answerOf(await browser.get(authorizeUrl({ prompt: 'none' }))).get('code'), /^c0_/)
  })
  for (const query of [{ prompt: 'login' }, { max_age: '0' }, { prompt: 'select_account' }]) {
    t.test(`${JSON.stringify(query)} asks for the password again`, async (t) => {
      t.equal((await browser.get(authorizeUrl(query))).statusCode, 200)
    })
  }
  t.test('max_age is good until it has passed', async (t) => {
    t.equal((await browser.get(authorizeUrl({ max_age: '60' }))).statusCode, 303)
    issuer.advance(60)
    t.equal((await browser.get(authorizeUrl({ max_age: '60' }))).statusCode, 303)
    issuer.advance(1)
    t.equal((await browser.get(authorizeUrl({ max_age: '60' }))).statusCode, 200)
    const silent = answerOf(await browser.get(authorizeUrl({ max_age: '60', prompt: 'none' })))
    t.equal(silent.get('error'), 'login_required')
  })
  t.test('login_hint is filled in', async (t) => {
    const page = await issuer.browser().get(authorizeUrl({ login_hint: 'ada"><b>' }))
    t.match(page.body, 'value="ada&quot;&gt;&lt;b&gt;"')
  })
  t.test('a hint that is no ID token of ours is refused, signed in or not', async (t) => {
    for (const somebody of [browser, issuer.browser()]) {
      const answer = answerOf(await somebody.get(authorizeUrl({ id_token_hint: 'x.y.z' })))
      t.equal(answer.get('error'), 'invalid_request')
    }
  })
  t.test('when a hint names somebody, nobody else gets a code', async (t) => {
    const { id_token } = await tokenRequests(issuer).tokensOf()
    const hinted = { id_token_hint: id_token }
    const bob = issuer.browser()
    await bob.signIn('bob')
    const cookie = bob.cookies.get('__Host-latchkey-session')
    t.equal((await bob.get(authorizeUrl(hinted))).statusCode, 200, 'his session is no answer')
    const silent = answerOf(await bob.get(authorizeUrl({ ...hinted, prompt: 'none' })))
    t.equal(silent.get('error'), 'login_required')
    for (const more of [{}, { prompt: 'login' }]) {
      const again = await bob.signIn('bob', { ...hinted, ...more })
      t.equal(`${again.get('error')} ${again.get('state')}`, 'login_required state-1')
    }
    t.equal(bob.cookies.get('__Host-latchkey-session'), cookie, 'and he is signed in as before')
    t.match((await bob.signIn('ada', hinted)).get('code'), /^c0_/, 'she does')
  })
})

t.test('attack E3: login CSRF', async (t) => {
  const browser = issuer.browser()
  const form = hiddenFields((await browser.get(authorizeUrl())).body)
  const body = { ...form, username: 'ada', password: 'ada-ada-ada' }
  const send = (headers: Record<string, string>, payload: string) =>
    issuer.app.inject({ method: 'POST', url: '/sign-in', headers, payload })
  const jar = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const formType = { 'content-type': 'application/x-www-form-urlencoded' }
  const encoded = new URLSearchParams(body).toString()
  const cases = [
    [
      'from another site',
      { ...formType, cookie: jar, 'sec-fetch-site': 'cross-site' },
      encoded,
      400,
    ],
    ['without the cookie', formType, encoded, 400],
    ['as text/plain', { 'content-type': 'text/plain', cookie: jar }, encoded, 415],
    ['as JSON', { 'content-type': 'application/json', cookie: jar }, JSON.stringify(body), 415],
    ['from our page', { ...formType, cookie: jar, 'sec-fetch-site': 'same-origin' }, encoded, 303],
  ] as const
  for (const [name, headers, payload, status] of cases) {
    t.test(`a form ${name} is answered ${status}`, async (t) => {
      const answer = await send(headers, payload)
      t.equal(answer.statusCode, status)
      t.equal(
        String(answer.headers['set-cookie'] ?? '').includes('latchkey-session'),
        status === 303,
      )
    })
  }
})

t.test(
  'RFC 9700 section 4.11 (attacks C6, C7): nothing is redirected before client and address are proven',
  async (t) => {
    const browser = issuer.browser()
    await browser.signIn('ada')
    const cases: [string, string][] = [
      ['an unknown client', authorizeUrl({ client_id: 'nobody' })],
      ['no client', authorizeUrl({ client_id: '' })],
      ['a foreign address', authorizeUrl({ redirect_uri: 'https://evil.example/' })],
      ['no address', authorizeUrl({ redirect_uri: '' })],
      [
        'a foreign address and a wrong response_type',
        authorizeUrl({ redirect_uri: 'https://evil.example/', response_type: 'token' }),
      ],
      ['a repeated redirect_uri', `${authorizeUrl()}&redirect_uri=https://evil.example/`],
      ['a repeated state', `${authorizeUrl()}&state=2`],
      ['a repeated client_id', `${authorizeUrl()}&client_id=native`],
      ['a broken encoding', `${authorizeUrl()}&x=%zz`],
    ]
    for (const [name, url] of cases) {
      t.test(`${name} gets a page`, async (t) => {
        const answer = await browser.get(url)
        t.equal(answer.statusCode, 400)
        t.equal(answer.headers.location, undefined)
        t.match(answer.headers['content-type'], 'text/html')
      })
    }
    const redirected: [string, Record<string, string>, string][] = [
      ['a missing challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
      ['an implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
      ['a request object that is none', { request: 'x' }, 'invalid_request_object'],
      ['a request at another address', { request_uri: ORDERS }, 'request_uri_not_supported'],
      ['a foreign resource', { resource: 'https://evil.example' }, 'invalid_target'],
      ['prompt=none with login', { prompt: 'none login' }, 'invalid_request'],
      ['a broken scope', { scope: 'a"b' }, 'invalid_scope'],
      ['a nonce that is too long', { nonce: 'n'.repeat(513) }, 'invalid_request'],
    ]
    for (const [name, query, code] of redirected) {
      t.test(`${name} goes to the proven address as ${code}, with state and iss`, async (t) => {
        const answer = await browser.get(authorizeUrl(query))
        t.equal(answer.statusCode, 303)
        t.match(answer.headers.location, `${CALLBACK}?`)
        const parameters = answerOf(answer)
        t.strictSame(
          [parameters.get('error'), parameters.get('state'), parameters.get('iss')],
          [code, 'state-1', ISSUER],
        )
      })
    }
    t.test('a state that is too long is refused and not sent back', async (t) => {
      const parameters = answerOf(await browser.get(authorizeUrl({ state: 's'.repeat(2049) })))
      t.strictSame([parameters.get('error'), parameters.has('state')], ['invalid_request', false])
    })
    t.test('attack C9: line breaks in state become no header', async (t) => {
      const answer = await browser.get(authorizeUrl({ state: 'x\r\nset-cookie: a=b' }))
      t.equal(answerOf(answer).get('state'), 'x\r\nset-cookie: a=b')
      t.equal(answer.headers['set-cookie'], undefined)
    })
    t.test('attack C9: without a state none is invented', async (t) => {
      t.equal(answerOf(await browser.get(authorizeUrl({ state: '' }))).has('state'), false)
    })
    t.test('attack C8: what is sent is never shown unescaped', async (t) => {
      const script = '<script>alert(1)</script>'
      const shown = encodeURIComponent(script)
      const urls = [
        authorizeUrl({ client_id: script }),
        authorizeUrl({ redirect_uri: `https://a.example/${script}` }),
        `/authorize?error_description=${shown}&error=${shown}`,
        `/authorize?${shown}=1&${shown}=2`,
        authorizeUrl({ prompt: 'login', login_hint: script, ui_locales: script, state: script }),
        `/logout?post_logout_redirect_uri=${shown}&client_id=orders`,
        `/logout?state=${shown}&ui_locales=${shown}`,
      ]
      for (const url of urls) {
        const answer = await browser.get(url)
        t.match(answer.headers['content-type'], 'text/html')
        t.notMatch(answer.body, '<script')
        t.match(answer.headers['content-security-policy'], "default-src 'none'")
      }
    })
  },
)

t.test('RFC 6749 section 3.1: the request may be posted', async (t) => {
  const browser = issuer.browser()
  await browser.signIn('ada')
  const answer = await browser.submit('/authorize', AUTHORIZE)
  t.equal(answer.statusCode, 303)
  const next = String(answer.headers.location)
  t.match(next, `${ISSUER}/authorize?`)
  t.match(answerOf(await browser.get(next.slice(ISSUER.length))).get('code'), /^c0_/)

  const post = (payload: string, url = '/authorize') =>
    issuer.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    })
  t.test('attack C9: what no browser could ask for afterwards is refused at once', async (t) => {
    const form = new URLSearchParams({ ...AUTHORIZE, extra: 'y'.repeat(50_000) }).toString()
    t.equal((await post(form)).statusCode, 400)
  })
  t.test('attack C9: what is no URL in the body becomes no header', async (t) => {
    for (const [sent, passed] of [
      ['state=a\r\nset-cookie: x=y', 'state=a%0D%0Aset-cookie:%20x=y'],
      ['state=a b\t<>"', 'state=a%20b%09%3C%3E%22'],
      ['state=ü€😀', 'state=%C3%BC%E2%82%AC%F0%9F%98%80'],
      ['state=a#b&nonce=1', 'state=a%23b&nonce=1'],
      ['state=%0d%0a%23', 'state=%0d%0a%23'],
    ] as const) {
      const posted = await post(sent)
      t.strictSame(
        [posted.statusCode, posted.headers.location],
        [303, `${ISSUER}/authorize?${passed}`],
      )
      t.equal(posted.headers['set-cookie'], undefined)
    }
  })
  t.test(
    'attack C7: repeated in the body is refused, and the URL of a POST does not count',
    async (t) => {
      const good = new URLSearchParams(AUTHORIZE).toString()
      for (const name of ['redirect_uri', 'state', 'client_id']) {
        const answer = await post(`${good}&${name}=x`)
        t.strictSame([answer.statusCode, answer.headers.location], [400, undefined], name)
      }
      const both = await post(good, '/authorize?redirect_uri=https://evil.example/&state=evil')
      t.equal(both.headers.location, `${ISSUER}/authorize?${good}`)
    },
  )
})

t.test('RFC 6749 section 4.1.2.1: faults of the issuer', async (t) => {
  const faults = [
    ['without the store', new StoreUnavailable('The store'), 503, 'temporarily_unavailable'],
    ['by a fault inside', new Error('secret detail'), 500, 'server_error'],
  ] as const
  for (const [name, fault, status, error] of faults) {
    await t.test(`${name} a person gets a page, and a silent request an answer`, async (t) => {
      const aroundStore = (store: Store): Store => ({
        ...store,
        sessions: { ...store.sessions, find: () => Promise.reject(fault) },
      })
      const broken = await testIssuer({ aroundStore })
      t.teardown(() => broken.close())
      const browser = broken.browser()
      await browser.signIn('ada')
      const page = await browser.get(authorizeUrl())
      t.strictSame([page.statusCode, page.headers.location], [status, undefined])
      t.match(page.headers['content-type'], 'text/html')
      const silent = await browser.get(authorizeUrl({ prompt: 'none' }))
      t.equal(silent.headers['set-cookie'], undefined, 'nobody is signed out by it')
      t.strictSame(Object.fromEntries(answerOf(silent)), { error, state: 'state-1', iss: ISSUER })
    })
  }
})
