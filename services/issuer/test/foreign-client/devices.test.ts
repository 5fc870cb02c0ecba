import * as oidc from 'openid-client'
import t from 'tap'
import { hiddenFields, ORDERS, passwordOf, SECRET } from '../test-issuer.ts'
import { listeningIssuer, refusal } from './foreign-app.ts'

const { issuer, toIssuer, discover } = await listeningIssuer(t)
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
await issuer.directory.clients.save({
  id: 'tv',
  secret: SECRET,
  grantTypes: [GRANT, 'refresh_token'],
  services: [ORDERS],
  firstParty: true,
})

/** What a person does at the address that the device shows. */
async function decide(address: string, decision: 'allow' | 'deny') {
  const browser = issuer.browser()
  const { pathname, search } = new URL(address)
  const signIn = await browser.get(`${pathname}${search}`)
  await browser.submit('/sign-in', {
    ...hiddenFields(signIn.body),
    username: 'ada',
    password: passwordOf('ada'),
  })
  const page = await browser.get(`${pathname}${search}`)
  const userCode = /name="user_code"[^>]* value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const confirm = await browser.submit('/device', {
    ...hiddenFields(page.body),
    user_code: userCode,
  })
  return await browser.submit('/device/decision', { ...hiddenFields(confirm.body), decision })
}

t.test(
  'RFC 8628: the library begins, the person decides elsewhere, the library polls',
  async (t) => {
    const client = await discover('tv', oidc.ClientSecretBasic(SECRET))
    const begun = await oidc.initiateDeviceAuthorization(client, { scope: 'openid' })
    const { verification_uri_complete = '' } = begun
    t.equal((await decide(verification_uri_complete, 'allow')).statusCode, 200)
    // It waits between polls, by the clock: the interval is the only thing that is changed here.
    const tokens = await oidc.pollDeviceAuthorizationGrant(client, { ...begun, interval: 0.01 })
    t.match(tokens.claims(), { aud: 'tv', sub: await issuer.sub('ada') })
    const next = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '')
    t.equal(typeof next.access_token, 'string')

    const other = await oidc.initiateDeviceAuthorization(client, { scope: 'openid' })
    await decide(other.verification_uri_complete ?? '', 'deny')
    const poll = oidc.pollDeviceAuthorizationGrant(client, { ...other, interval: 0.01 })
    t.equal(await refusal(poll), 'access_denied')
  },
)

t.test('RFC 7591: the library registers a client and uses it', async (t) => {
  const { token } = (
    await issuer.app.inject({
      method: 'POST',
      url: '/admin/v1/registration-tokens',
      headers: { authorization: `Bearer ${await operatorToken()}` },
      payload: {},
    })
  ).json()
  const register = () =>
    oidc.dynamicClientRegistration(
      new URL('http://sso.localhost:4000'),
      // The library sends the secret in the body unless it is told otherwise.
      { token_endpoint_auth_method: 'client_secret_post', grant_types: [GRANT] },
      undefined,
      {
        initialAccessToken: token,
        execute: [oidc.allowInsecureRequests],
        [oidc.customFetch]: toIssuer,
      },
    )
  const client = await register()
  t.match(client.clientMetadata().client_id, /^r_/)
  t.equal(await refusal(oidc.refreshTokenGrant(client, 'x')), 'unauthorized_client')
  const { user_code } = await oidc.initiateDeviceAuthorization(client, {})
  t.match(user_code, /-/)
  t.equal(await refusal(register()), '401', 'the token was for one client')
})

async function operatorToken(): Promise<string> {
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  return answer.json().access_token
}
