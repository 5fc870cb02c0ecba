import type { NewClient } from '@latchkey/directory'
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import t, { type Test } from 'tap'
import { AUTHORIZE, ISSUER, SECRET, type TestBrowser, testIssuer, VERIFIER } from './test-issuer.ts'

/** Walks through everything that discovery promises, and sees it kept. A member without a proof fails. */

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const document = (await issuer.app.inject('/.well-known/openid-configuration')).json()

const REDIRECT = 'https://app.example/cb'
const ada = await issuer.sub('ada')
await issuer.directory.users.update(ada, {
  emailVerified: true,
  locale: 'en-GB',
  profile: {
    given_name: 'Ada',
    family_name: 'Lovelace',
    middle_name: 'King',
    nickname: 'Countess',
    profile: 'https://example.com/ada',
    picture: 'https://example.com/ada.png',
    website: 'https://ada.example',
    gender: 'female',
    birthdate: '1815-12-10',
    zoneinfo: 'Europe/London',
    phone_number: '+441234567',
    phone_number_verified: true,
    address: { country: 'United Kingdom' },
  },
})

/** Registers an app with a secret, unlike others only as the test says. */
async function app(id: string, more: Partial<NewClient> = {}): Promise<void> {
  await issuer.directory.clients.save({
    id,
    secret: SECRET,
    redirectUris: [REDIRECT],
    grantTypes: ['authorization_code', 'refresh_token'],
    firstParty: true,
    ...more,
  })
}
await app('app')

const asked = (query: Record<string, string> = {}) => ({
  client_id: 'app',
  redirect_uri: REDIRECT,
  scope: 'openid',
  ...query,
})
const answerTo = (query: Record<string, string>, browser = issuer.browser()) =>
  browser.signIn('ada', asked(query))
async function tokens(query: Record<string, string> = {}) {
  const code = (await answerTo(query)).get('code') ?? ''
  const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT, code_verifier: VERIFIER }
  const answer = await issuer.post('/token', { ...form, code }, query['client_id'] ?? 'app')
  return answer.json<{ access_token: string; id_token: string; scope: string }>()
}
const userinfo = (token: string) =>
  issuer.app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${token}` } })
async function signedIn(): Promise<TestBrowser> {
  const browser = issuer.browser()
  await answerTo({}, browser)
  return browser
}
/** The page that /authorize shows, or the answer of the redirect. */
async function authorize(browser: TestBrowser, query: Record<string, string>) {
  return await browser.get(`/authorize?${new URLSearchParams({ ...AUTHORIZE, ...asked(query) })}`)
}
/** Whether an answer of /authorize is this error, at the redirect URI or on a page. */
const isError = ({ headers, body }: LightMyRequestResponse, code: string): boolean =>
  headers.location === undefined
    ? body.includes(code)
    : new URL(String(headers.location)).searchParams.get('error') === code

type Proof = (t: Test, value: never) => Promise<unknown>
const each =
  (proof: (value: string) => Promise<unknown>) =>
  async (t: Test, values: readonly string[]): Promise<void> => {
    t.ok(values.length > 0, 'RFC 8414 section 3.2: no empty list')
    t.equal(new Set(values).size, values.length)
    for (const value of values) t.ok(await proof(value), value)
  }

/** Asks with each algorithm for a token that is signed with it. */
const signedWith = (
  member: 'idTokenAlg' | 'userinfoAlg' | 'introspectionAlg',
  tokenOf: (clientId: string) => Promise<string>,
) =>
  each(async (alg) => {
    const id = `${member}-${alg}`
    await app(id, { [member]: alg })
    return decodeProtectedHeader(await tokenOf(id)).alg === alg
  })

const PROOFS: Readonly<Record<string, Proof>> = {
  issuer: async (t, value) => t.equal(value, ISSUER),

  scopes_supported: each(async (scope) => {
    const granted = (await tokens({ scope: `openid ${scope}` })).scope
    return granted.split(' ').includes(scope)
  }),
  claims_supported: async (t, names: readonly string[]) => {
    const { id_token, access_token } = await tokens({
      scope: document.scopes_supported.join(' '),
      nonce: 'n',
    })
    const told = { ...decodeJwt(id_token), ...(await userinfo(access_token)).json() }
    t.strictSame([...names].sort(), Object.keys(told).sort())
  },
  claim_types_supported: async (t, types) => t.strictSame(types, ['normal']),
  claims_parameter_supported: async (t, isSupported) => {
    const claims = JSON.stringify({ userinfo: { nickname: null }, id_token: { gender: null } })
    const { id_token, access_token } = await tokens({ claims })
    t.equal(isSupported, true)
    t.match(decodeJwt(id_token), { gender: 'female' })
    t.match((await userinfo(access_token)).json(), { nickname: 'Countess' })
  },
  subject_types_supported: each(async (type) => {
    await app(type, {
      subjectType: type as 'public',
      ...(type === 'pairwise' && { sectorHost: 'app.example' }),
    })
    const { sub = '' } = decodeJwt((await tokens({ client_id: type })).id_token)
    return type === 'public' ? sub === ada : type === 'pairwise' && /^p_/.test(sub)
  }),

  id_token_signing_alg_values_supported: signedWith(
    'idTokenAlg',
    async (client_id) => (await tokens({ client_id })).id_token,
  ),
  userinfo_signing_alg_values_supported: signedWith('userinfoAlg', async (client_id) => {
    return (await userinfo((await tokens({ client_id })).access_token)).body
  }),
  introspection_signing_alg_values_supported: signedWith('introspectionAlg', async (client_id) => {
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/introspect',
      headers: {
        accept: 'application/token-introspection+jwt',
        authorization: `Basic ${Buffer.from(`${client_id}:${SECRET}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: 'token=x',
    })
    return answer.body
  }),

  response_types_supported: each(async (response_type) => {
    return (await answerTo({ response_type })).get('code') !== null
  }),
  response_modes_supported: each(async (response_mode) => {
    const { statusCode, headers, body } = await authorize(await signedIn(), { response_mode })
    return response_mode === 'query'
      ? statusCode === 303 && String(headers.location).startsWith(`${REDIRECT}?`)
      : statusCode === 200 && body.includes('name="code"') && body.includes(`action="${REDIRECT}"`)
  }),
  code_challenge_methods_supported: each(async (code_challenge_method) => {
    return (await answerTo({ code_challenge_method })).get('code') !== null
  }),
  prompt_values_supported: each(async (prompt) => {
    const { statusCode, headers } = await authorize(await signedIn(), { prompt })
    return prompt === 'none'
      ? new URL(String(headers.location)).searchParams.has('code')
      : statusCode === 200
  }),
  acr_values_supported: async (t, values: readonly string[]) => {
    // What this person has not done yet can be done; what nobody can do is this error.
    const isUnmet = async (acr: string) => {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: [acr] } } })
      const answer = await authorize(await signedIn(), { prompt: 'none', claims })
      return isError(answer, 'unmet_authentication_requirements')
    }
    for (const acr of values) t.notOk(await isUnmet(acr), acr)
    t.ok(await isUnmet('urn:example:retina'), 'another one')
  },
  ui_locales_supported: each(async (ui_locales) => {
    const page = await authorize(issuer.browser(), { ui_locales })
    return page.body.includes(`<html lang="${ui_locales}"`)
  }),
  request_parameter_supported: async (t, isSupported) => {
    const answer = await authorize(await signedIn(), { request: 'x.y.z' })
    const code = isSupported ? 'invalid_request_object' : 'request_not_supported'
    t.ok(isError(answer, code), code)
  },
  request_uri_parameter_supported: async (t, isSupported) => {
    const request_uri = 'https://app.example/request'
    const answer = await authorize(await signedIn(), { request_uri })
    t.equal(!isError(answer, 'request_uri_not_supported'), isSupported)
  },
  authorization_details_types_supported: each(async (type) => {
    const authorization_details = JSON.stringify([
      { type, locations: [ISSUER], routes: ['GET /*'] },
    ])
    return (await answerTo({ authorization_details })).get('code') !== null
  }),
  require_pushed_authorization_requests: async (t, isRequired) => {
    t.equal((await answerTo({})).get('code') === null, isRequired)
  },
  require_signed_request_object: async (t, isRequired) => {
    t.equal((await answerTo({})).get('code') === null, isRequired)
  },
  authorization_response_iss_parameter_supported: async (t, isSupported) => {
    t.equal((await answerTo({})).get('iss') === ISSUER, isSupported)
    const refused = await answerTo({ prompt: 'none' })
    t.equal(refused.get('error'), 'login_required')
    t.equal(refused.get('iss') === ISSUER, isSupported)
  },

  grant_types_supported: each(async (grant_type) => {
    const answer = await issuer.post('/token', { grant_type })
    return answer.json().error !== 'unsupported_grant_type'
  }),
}

/** Proven where they can be seen at work. */
const PROVEN_ELSEWHERE: Readonly<Record<string, string>> = {
  token_endpoint_auth_methods_supported: 'advertised-proofs',
  token_endpoint_auth_signing_alg_values_supported: 'advertised-proofs',
  revocation_endpoint_auth_methods_supported: 'advertised-proofs',
  revocation_endpoint_auth_signing_alg_values_supported: 'advertised-proofs',
  introspection_endpoint_auth_methods_supported: 'advertised-proofs',
  introspection_endpoint_auth_signing_alg_values_supported: 'advertised-proofs',
  dpop_signing_alg_values_supported: 'advertised-proofs',
  request_object_signing_alg_values_supported: 'pushed-requests',
  tls_client_certificate_bound_access_tokens: 'advertised-proofs',
  backchannel_logout_supported: 'logout',
  backchannel_logout_session_supported: 'logout',
  frontchannel_logout_supported: 'logout',
  frontchannel_logout_session_supported: 'logout',
}

t.test(
  'OpenID Connect Discovery section 3, RFC 8414 section 2: discovery tells the truth',
  async (t) => {
    for (const [name, value] of Object.entries(document)) {
      const proof = PROOFS[name]
      const isAddress = name.endsWith('_endpoint') || name === 'jwks_uri'
      if (isAddress || PROVEN_ELSEWHERE[name] !== undefined) continue
      t.ok(proof, `${name} has a proof`)
      if (proof) await t.test(name, (t) => proof(t, value as never).then(() => undefined))
    }
    t.test(
      'every address is there, under the issuer, and takes the method of its kind',
      async (t) => {
        const read = [
          'authorization_endpoint',
          'userinfo_endpoint',
          'end_session_endpoint',
          'jwks_uri',
        ]
        for (const [name, value] of Object.entries<string>(document)) {
          if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue
          const method = read.includes(name) ? 'GET' : 'POST'
          t.ok(value.startsWith(`${ISSUER}/`), name)
          const { statusCode } = await issuer.app.inject({
            method,
            url: value.slice(ISSUER.length),
          })
          t.notOk([404, 405, 500].includes(statusCode), `${method} ${value}: ${statusCode}`)
        }
      },
    )
    t.test('what every client needs is there', async (t) => {
      // Discovery section 3 marks these as required; RS256 and the scope openid as well.
      const required = [
        'issuer',
        'authorization_endpoint',
        'token_endpoint',
        'jwks_uri',
        'response_types_supported',
        'subject_types_supported',
        'id_token_signing_alg_values_supported',
      ]
      t.strictSame(
        required.filter((name) => !(name in document)),
        [],
      )
      t.ok(document.id_token_signing_alg_values_supported.includes('RS256'))
      t.ok(document.scopes_supported.includes('openid'))
      for (const [name, values] of Object.entries<string[]>(document)) {
        if (name.includes('_alg_')) t.notOk(values.includes('none'), name)
      }
      t.ok('grant_types_supported' in document, 'else it would mean the implicit grant, too')
      t.ok('request_uri_parameter_supported' in document, 'else it would mean true')
    })
    t.test('both addresses give the same, to everybody, and caches may keep it', async (t) => {
      const one = await issuer.app.inject('/.well-known/openid-configuration')
      const two = await issuer.app.inject('/.well-known/oauth-authorization-server')
      t.equal(one.body, two.body)
      for (const { headers } of [one, two]) {
        t.match(headers, {
          'content-type': /^application\/json/,
          'cache-control': 'public, max-age=300',
          'access-control-allow-origin': '*',
        })
      }
    })
    t.test('attack H8: no header changes the issuer', async (t) => {
      const headers = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      }
      const answer = await issuer.app.inject({ url: '/.well-known/openid-configuration', headers })
      t.strictSame(answer.json(), document)
    })
  },
)
