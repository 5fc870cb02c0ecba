/** What OpenID Connect adds to authorization requests: Core sections 3.1.2, 3.1.2.6, 5.5, 6 and 15.1. */
import { authorize, codeOf, expectErrorRedirect, expectRefusal } from '../flows/authorize.ts'
import { jwtClaims } from '../flows/judge-jwt.ts'
import { signInTokens, type Tokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, textMember } from '../rule/expect.ts'
import { pause } from '../rule/pause.ts'
import { must, type Suite, should } from '../rule/rule.ts'
import { CONSENT_RULES } from './consent-oidc-core.ts'

const PROMPTS = [
  must(
    'oidc.prompt-none-signed-out',
    'Core §3.1.2.6',
    'prompt=none where nobody is signed in is login_required.',
    ['client basic'],
    async (issuer) => {
      const changes = { prompt: 'none' }
      const answer = await authorize(issuer, { changes, browser: issuer.browser(), person: null })
      expectErrorRedirect(answer, 'login_required')
    },
  ),
  must(
    'oidc.prompt-none-signed-in',
    'Core §3.1.2.3',
    'prompt=none where somebody is signed in leads to a code without any page.',
    ['client basic'],
    async (issuer) => {
      await authorize(issuer)
      codeOf(await authorize(issuer, { changes: { prompt: 'none' }, person: null }))
    },
  ),
  must(
    'oidc.prompt-none-alone',
    'Core §3.1.2.1',
    'prompt=none together with another value is invalid_request.',
    ['client basic'],
    async (issuer) => {
      const answer = await authorize(issuer, { changes: { prompt: 'none login' }, person: null })
      expectErrorRedirect(answer, 'invalid_request')
    },
  ),
  must(
    'oidc.prompt-login',
    'Core §3.1.2.3',
    'prompt=login asks for the password again, and auth_time says so.',
    ['client basic'],
    (issuer) => expectToSignInAgain(issuer, 1.1, { prompt: 'login', max_age: '1000' }),
  ),
  must(
    'oidc.prompt-select-account',
    'Core §3.1.2.1',
    'prompt=select_account is no error: a page to choose at, or a code.',
    ['client basic', 'lists prompt_values_supported select_account'],
    async (issuer) => {
      const { journey } = await authorize(issuer, { changes: { prompt: 'select_account' } })
      if (journey.kind === 'returned')
        return expectEqual(journey.parameters.get('error'), null, 'error')
      expectEqual(journey.answer.status, 200, 'status of the page')
    },
  ),
  must(
    'oidc.max-age-passed',
    'Core §3.1.2.1',
    'With max_age passed the person signs in again, and auth_time says so.',
    ['client basic'],
    (issuer) => expectToSignInAgain(issuer, 2.1, { max_age: '1' }),
  ),
  must(
    'oidc.max-age-not-passed',
    'Core §3.1.2.1',
    'With max_age not passed nobody is asked, and auth_time is in the ID token.',
    ['client basic'],
    async (issuer) => {
      await authorize(issuer)
      const tokens = await signInTokens(issuer, { changes: { max_age: '10000' } })
      expectEqual(tokens.authorization.journey.asked, [], 'pages')
      authTime(tokens)
    },
  ),
  must(
    'oidc.max-age-zero',
    'Core §3.1.2.1',
    'max_age=0 is the same as prompt=login.',
    ['client basic'],
    async (issuer) => {
      const browser = issuer.browser()
      await authorize(issuer, { browser })
      const { journey } = await authorize(issuer, { browser, changes: { max_age: '0' } })
      expectEqual(journey.asked.includes('sign_in'), true, 'asked for the password')
    },
  ),
  must(
    'oidc.max-age-malformed',
    'Core §3.1.2.6',
    'A max_age that is no number is invalid_request.',
    ['client basic'],
    async (issuer) => {
      for (const max_age of ['-1', 'soon', '1.5']) {
        expectErrorRedirect(await authorize(issuer, { changes: { max_age } }), 'invalid_request')
      }
    },
  ),
]

/** Some seconds after a sign-in the same browser asks again, with these parameters. */
async function expectToSignInAgain(
  issuer: Issuer,
  seconds: number,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const browser = issuer.browser()
  const first = await signInTokens(issuer, { browser, changes: { max_age: '1000' } })
  await pause(seconds)
  const second = await signInTokens(issuer, { browser, changes })
  const { asked } = second.authorization.journey
  expectEqual(asked.includes('sign_in'), true, 'asked for the password')
  expectThat(authTime(second) > authTime(first), 'the auth_time of before', 'a later auth_time')
}

function authTime(tokens: Tokens): number {
  const value = jwtClaims(textMember(tokens.body, 'id_token'))['auth_time']
  expectThat(typeof value === 'number', `auth_time ${value}`, 'auth_time as a number')
  return value
}

const HINTS = [
  must(
    'oidc.id-token-hint',
    'Core §3.1.2.1',
    'id_token_hint of the person who is signed in, with prompt=none, leads to a code for the same person.',
    ['client basic'],
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      const hint = textMember(body, 'id_token')
      const changes = { prompt: 'none', id_token_hint: hint }
      const next = await signInTokens(issuer, { changes, person: null })
      const sub = jwtClaims(textMember(next.body, 'id_token'))['sub']
      expectEqual(sub, jwtClaims(hint)['sub'], 'sub')
    },
  ),
  must(
    'oidc.id-token-hint-other',
    'Core §3.1.2.2',
    'id_token_hint of another person with prompt=none is login_required.',
    ['client basic', 'setting otherUser'],
    async (issuer) => {
      const other = issuer.browser()
      const person = issuer.settings.otherUser ?? null
      const { body } = await signInTokens(issuer, { browser: other, person })
      const changes = { prompt: 'none', id_token_hint: textMember(body, 'id_token') }
      await authorize(issuer)
      expectErrorRedirect(await authorize(issuer, { changes, person: null }), 'login_required')
    },
  ),
  must(
    'oidc.id-token-hint-invalid',
    'Core §3.1.2.6',
    'An id_token_hint that is no ID token of this issuer is refused.',
    ['client basic'],
    async (issuer) => {
      const changes = { id_token_hint: 'no.id.token' }
      expectRefusal(await authorize(issuer, { changes }), 'invalid_request', 'login_required')
    },
  ),
  ...(
    [
      ['login-hint', { login_hint: 'somebody@example.com' }],
      ['display-page', { display: 'page' }],
      ['display-popup', { display: 'popup' }],
      ['ui-locales', { ui_locales: 'se xx-invalid zh-CN en' }],
      ['claims-locales', { claims_locales: 'se zh-CN en' }],
      ['acr-values', { acr_values: 'urn:example:no-such-level 1 2' }],
    ] as const
  ).map(([name, changes]) =>
    must(
      `oidc.${name}`,
      'Core §15.1',
      `${Object.keys(changes)[0]} causes no error.`,
      ['client basic'],
      async (issuer) =>
        void codeOf(await authorize(issuer, { changes, browser: issuer.browser() })),
    ),
  ),
  must(
    'oidc.no-nonce',
    'Core §3.1.2.1',
    'nonce may be left out.',
    ['client basic'],
    async (issuer) => void codeOf(await authorize(issuer, { changes: { nonce: undefined } })),
  ),
  must(
    'oidc.long-nonce',
    'Core §3.1.2.1',
    'A nonce of 64 and of 256 characters comes back in the ID token.',
    ['client basic'],
    async (issuer) => {
      for (const length of [64, 256]) {
        const nonce = 'n'.repeat(length)
        const { body } = await signInTokens(issuer, { changes: { nonce } })
        expectEqual(jwtClaims(textMember(body, 'id_token'))['nonce'], nonce, 'nonce')
      }
    },
  ),
]

const PARAMETERS = [
  must(
    'oidc.registration-parameter',
    'Core §7.2.1',
    'The parameter registration is registration_not_supported, or ignored.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer, { changes: { registration: '{}' } })
      const { journey } = authorization
      const isIgnored = journey.kind === 'returned' && journey.parameters.has('code')
      if (!isIgnored) expectErrorRedirect(authorization, 'registration_not_supported')
    },
  ),
  must(
    'oidc.claims-parameter',
    'Core §5.5',
    'A claim that the claims parameter asks for is told by user info.',
    ['client basic', 'flag claims_parameter_supported', 'endpoint userinfo_endpoint'],
    async (issuer) => {
      const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
      const { accessToken } = await signInTokens(issuer, { changes: { scope: 'openid', claims } })
      const answer = await issuer.send({
        url: issuer.endpoint('userinfo_endpoint'),
        headers: { authorization: `Bearer ${accessToken}` },
      })
      textMember(JSON.parse(answer.text), 'name')
    },
  ),
  must(
    'oidc.claims-malformed',
    'Core §3.1.2.6',
    'A claims parameter that is no JSON object is invalid_request.',
    ['client basic', 'flag claims_parameter_supported'],
    async (issuer) => {
      expectErrorRedirect(
        await authorize(issuer, { changes: { claims: '{"userinfo"' } }),
        'invalid_request',
      )
    },
  ),
  must(
    'oidc.form-post',
    'Form Post §2',
    'With response_mode=form_post the answer is a form that brings the code to the client by POST.',
    ['client basic', 'lists response_modes_supported form_post'],
    async (issuer) => {
      const authorization = await authorize(issuer, { changes: { response_mode: 'form_post' } })
      codeOf(authorization)
      const { journey } = authorization
      expectEqual(journey.kind === 'returned' && journey.mode, 'form_post', 'mode')
    },
  ),
  should(
    'oidc.response-mode-unknown',
    'Multiple Response Types §2.1',
    'An unknown response_mode is invalid_request.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer, { changes: { response_mode: 'no-such-mode' } })
      expectRefusal(authorization, 'invalid_request', 'unsupported_response_mode')
    },
  ),
]

export const authorizationOidcSuite: Suite = {
  name: 'oidc',
  title: 'OpenID Connect authentication requests (Core)',
  rules: [...PROMPTS, ...HINTS, ...CONSENT_RULES, ...PARAMETERS],
}
