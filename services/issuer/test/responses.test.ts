import { ACR } from '@latchkey/protocol'
import { decodeJwt } from 'jose'
import t from 'tap'
import {
  AUTHORIZE,
  answerOf,
  CALLBACK,
  hiddenFields,
  ISSUER,
  passwordOf,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { tokensOf, redeem } = tokenRequests(issuer)

const authorizeUrl = (query: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ ...AUTHORIZE, ...query })}`
const claims = (value: object) => JSON.stringify(value)
const FOREIGN = {
  client_id: 'foreign',
  redirect_uri: 'https://foreign.example/cb',
  code_challenge: '',
  code_challenge_method: '',
}
const essentialAcr = (...values: string[]) =>
  claims({ id_token: { acr: { essential: true, values } } })

async function signedIn(...usernames: string[]) {
  const browser = issuer.browser()
  for (const username of usernames) await browser.signIn(username, { prompt: 'login' })
  return browser
}

t.test(
  'section 3.1.2.6: prompt=none answers at the redirect URI, whatever is missing',
  async (t) => {
    const nobody = issuer.browser()
    const ada = await signedIn('ada')
    const both = await signedIn('ada', 'bob')
    const adasHint = (await tokensOf(await signedIn('ada'))).id_token
    const sub = await issuer.sub('ada')
    const named = (value: string) => claims({ id_token: { sub: { value } } })
    const cases: [string, typeof ada, Record<string, string>, string][] = [
      ['nobody is signed in', nobody, {}, 'login_required'],
      ['the sign-in is too old', ada, { max_age: '0' }, 'login_required'],
      [
        'somebody else is named by a hint',
        await signedIn('bob'),
        { id_token_hint: adasHint },
        'login_required',
      ],
      [
        'attack C26: somebody else is named by a claim',
        ada,
        { claims: named('u_x') },
        'login_required',
      ],
      [
        'a stronger sign-in is a must that nobody can meet',
        ada,
        { claims: essentialAcr('x') },
        'unmet_authentication_requirements',
      ],
      ['two are signed in', both, {}, 'account_selection_required'],
      ['the person has not allowed the app anything', ada, FOREIGN, 'consent_required'],
      ['the named one is there', ada, { claims: named(sub) }, 'code'],
      ['the named one is there, behind another', both, { claims: named(sub) }, 'code'],
      ['all is there', ada, {}, 'code'],
      ['a wish is not a must', ada, { acr_values: `x ${ACR.mfa}` }, 'code'],
    ]
    for (const [name, browser, query, expected] of cases) {
      for (const response_mode of ['query', 'form_post']) {
        t.test(`${name}: ${expected}, by ${response_mode}`, async (t) => {
          const answer = await browser.get(
            authorizeUrl({ prompt: 'none', response_mode, ...query }),
          )
          const fields =
            response_mode === 'query'
              ? Object.fromEntries(answerOf(answer))
              : hiddenFields(answer.body)
          t.equal(answer.statusCode, response_mode === 'query' ? 303 : 200)
          t.equal(fields['error'] ?? 'code', expected)
          t.equal('code' in fields, expected === 'code')
          t.strictSame([fields['state'], fields['iss']], ['state-1', ISSUER])
        })
      }
    }
  },
)

t.test('OAuth 2.0 Form Post Response Mode: the answer is posted by the browser', async (t) => {
  const browser = issuer.browser()
  const form = hiddenFields((await browser.get(authorizeUrl({ response_mode: 'form_post' }))).body)
  const page = await browser.submit('/sign-in', {
    ...form,
    username: 'ada',
    password: passwordOf('ada'),
  })
  t.equal(page.statusCode, 200)
  t.match(page.body, `<form method="post" action="${CALLBACK}"`)
  t.strictSame(Object.keys(hiddenFields(page.body)), ['code', 'state', 'iss'])
  t.equal((await redeem(hiddenFields(page.body)['code'] ?? '')).statusCode, 200)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /script-src 'sha256-[^']+';/)
  t.match(policy, "frame-ancestors 'none'")
  t.match(page.headers['cache-control'], 'no-store')
  t.test('attack C9: whatever the state is, it comes back as text', async (t) => {
    for (const state of ['"><script>alert(1)</script>', "'&quot;<!--", 'a\r\nb: c', '\u202e']) {
      const answer = await browser.get(authorizeUrl({ response_mode: 'form_post', state }))
      t.equal(hiddenFields(answer.body)['state'], state)
      t.equal(answer.body.match(/<script/g)?.length, 1, 'ours')
    }
  })
  t.test(
    'what is wrong with the request too, but nothing before the address is proven',
    async (t) => {
      const wrong = await browser.get(authorizeUrl({ response_mode: 'form_post', scope: 'a"b' }))
      t.match(hiddenFields(wrong.body), { error: 'invalid_scope', state: 'state-1', iss: ISSUER })
      const foreign = { response_mode: 'form_post', redirect_uri: 'https://evil.example/' }
      const refused = await browser.get(authorizeUrl(foreign))
      t.equal(refused.statusCode, 400)
      t.notMatch(refused.body, '<form')
    },
  )
  for (const response_mode of ['fragment', 'web_message', 'query.jwt', 'Query']) {
    t.test(`response_mode=${response_mode} is refused, by query`, async (t) => {
      const answer = await browser.get(authorizeUrl({ response_mode }))
      t.match(answer.headers.location, `${CALLBACK}?error=invalid_request`)
      t.equal(answerOf(answer).get('iss'), ISSUER, 'RFC 9207: with the issuer, as every answer')
    })
  }
})

t.test('OpenID Connect Core section 15.1: what every provider accepts', async (t) => {
  const browser = await signedIn('ada')
  const accepted = [
    { display: 'page' },
    { display: 'popup' },
    { display: 'something new' },
    { ui_locales: 'fr-CA zh en' },
    { claims_locales: 'de fr' },
    { acr_values: '1 2' },
    { login_hint: 'somebody@example.com' },
    { max_age: '10000' },
    { extra: 'foobar' },
    { claims: claims({ userinfo: { name: { essential: true } } }) },
    { scope: 'email openid' },
    { dpop_jkt: 'A'.repeat(43) },
  ]
  for (const query of accepted) {
    t.test(JSON.stringify(query), async (t) => {
      t.match(
        answerOf(await browser.get(authorizeUrl(query as Record<string, string>))).get('code'),
        /^c0_/,
      )
    })
  }
  const refused = [
    [{ claims: '[]' }, 'invalid_request'],
    [{ dpop_jkt: 'short' }, 'invalid_request'],
    [{ registration: '{}' }, 'registration_not_supported'],
    [{ claims_locales: 'x'.repeat(257) }, 'invalid_request'],
  ] as const
  for (const [query, code] of refused) {
    t.test(`${Object.keys(query)} is refused as ${code}`, async (t) => {
      t.equal(answerOf(await browser.get(authorizeUrl(query))).get('error'), code)
    })
  }
  t.test('a code keeps the claims and the key that it was asked with', async (t) => {
    const asked = { userinfo: { email: null }, id_token: { auth_time: { essential: true } } }
    const query = { claims: claims(asked), dpop_jkt: 'A'.repeat(43) }
    const code = answerOf(await browser.get(authorizeUrl(query))).get('code') ?? ''
    const outcome = await issuer.store.codes.redeem(code, 'orders', issuer.now())
    t.match(outcome, { record: { claims: asked, dpopJkt: 'A'.repeat(43) } })
  })
})

t.test('RFC 9470, Core section 5.5.1.1: how strongly somebody must have signed in', async (t) => {
  t.test('a must that nobody here can meet is refused before anything is asked', async (t) => {
    const answer = await issuer.browser().get(authorizeUrl({ claims: essentialAcr('x') }))
    t.equal(answerOf(answer).get('error'), 'unmet_authentication_requirements')
  })
  t.test('a must that is met, and one of several', async (t) => {
    const browser = await signedIn('ada')
    for (const wanted of [essentialAcr(ACR.password), essentialAcr('x', ACR.password)]) {
      const code = answerOf(await browser.get(authorizeUrl({ claims: wanted }))).get('code') ?? ''
      t.equal(decodeJwt((await redeem(code)).json().id_token)['acr'], ACR.password)
    }
  })
})
