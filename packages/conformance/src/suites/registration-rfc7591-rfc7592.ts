/** Dynamic registration and its management: RFC 7591, RFC 7592. */
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectEqual,
  expectError,
  expectNotStored,
  expectStatus,
  expectThat,
  header,
  jsonOf,
  shown,
  textMember,
} from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite } from '../rule/rule.ts'

const NEEDS = ['endpoint registration_endpoint', 'setting initialAccessToken'] as const
const METADATA = {
  client_name: 'Conformance',
  redirect_uris: ['https://conformance.example/callback'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
}
type Body = Readonly<Record<string, unknown>>

async function sendJson(
  issuer: Issuer,
  method: string,
  url: string,
  token: string | undefined,
  body?: Body,
) {
  return await issuer.send({
    method,
    url,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function register(issuer: Issuer, changes: Body = {}): Promise<Answer> {
  const url = issuer.endpoint('registration_endpoint')
  const token = issuer.settings.initialAccessToken
  return await sendJson(issuer, 'POST', url, token, { ...METADATA, ...changes })
}

/** A new client, and where it is managed. */
async function managed(issuer: Issuer) {
  const answer = await register(issuer)
  expectStatus(answer, 201)
  const body = jsonOf(answer)
  const { registration_client_uri: url, registration_access_token: token } = body
  if (typeof url !== 'string' || typeof token !== 'string') {
    throw new NotOffered('registered clients can not be managed here')
  }
  return { body, url, token }
}

function refused(id: string, spec: string, title: string, code: string, changes: Body): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    expectError(await register(issuer, changes), [code])
  })
}

const REGISTERING = [
  must(
    'registration.created',
    'RFC 7591 §3.2.1',
    'Registration is 201 with client_id, secret, when it ends, and all metadata; nobody stores that.',
    NEEDS,
    async (issuer) => {
      const answer = await register(issuer)
      expectStatus(answer, 201)
      expectNotStored(answer)
      const body = jsonOf(answer)
      textMember(body, 'client_id')
      textMember(body, 'client_secret')
      const expires = body['client_secret_expires_at']
      expectThat(
        typeof expires === 'number',
        `client_secret_expires_at ${shown(expires)}`,
        'a number',
      )
      for (const [name, value] of Object.entries(METADATA)) expectEqual(body[name], value, name)
    },
  ),
  must(
    'registration.unauthorized',
    'RFC 7591 §3',
    'Where registration is protected, nobody registers without the initial access token.',
    NEEDS,
    async (issuer) => {
      const url = issuer.endpoint('registration_endpoint')
      for (const token of [undefined, 'wrong-token']) {
        const answer = await sendJson(issuer, 'POST', url, token, METADATA)
        expectThat([400, 401, 403].includes(answer.status), `status ${answer.status}`, '401')
      }
    },
  ),
  must(
    'registration.own-id',
    'RFC 7591 §3.2.1',
    'A client does not choose its own client_id.',
    NEEDS,
    async (issuer) => {
      const answer = await register(issuer, { client_id: 'chosen-by-the-client' })
      if (answer.status >= 400) return expectError(answer, ['invalid_client_metadata'])
      const id = textMember(jsonOf(answer), 'client_id')
      expectThat(id !== 'chosen-by-the-client', 'the client_id of the request', 'another one')
    },
  ),
  refused(
    'registration.redirect-uri',
    'RFC 7591 §3.2.2',
    'A redirect_uri with a fragment is invalid_redirect_uri.',
    'invalid_redirect_uri',
    { redirect_uris: ['https://conformance.example/callback#part'] },
  ),
  refused(
    'registration.redirect-uri-script',
    'RFC 9700 §4.1',
    'A redirect_uri that is a script is invalid_redirect_uri, in any letter case.',
    'invalid_redirect_uri',
    { redirect_uris: ['JavaScript:alert(1)'] },
  ),
  refused(
    'registration.metadata',
    'RFC 7591 §3.2.2',
    'Metadata that can not be right is invalid_client_metadata.',
    'invalid_client_metadata',
    { token_endpoint_auth_method: 'no-such-method' },
  ),
]

const MANAGING = [
  must(
    'registration.read',
    'RFC 7592 §2.1',
    'A client reads its registration with its own token.',
    NEEDS,
    async (issuer) => {
      const { body, url, token } = await managed(issuer)
      const answer = await sendJson(issuer, 'GET', url, token)
      expectStatus(answer, 200)
      expectEqual(jsonOf(answer)['client_id'], body['client_id'], 'client_id')
    },
  ),
  must(
    'registration.wrong-token',
    'RFC 7592 §2.1',
    'With another token nothing is told: 401.',
    NEEDS,
    async (issuer) => {
      const { url } = await managed(issuer)
      const answer = await sendJson(issuer, 'GET', url, 'wrong-token')
      expectStatus(answer, 401)
      expectEqual(/client_secret/.test(answer.text), false, 'told a secret')
    },
  ),
  must(
    'registration.other-client',
    'RFC 7592 §3',
    'The token of one client does not open the registration of another.',
    NEEDS,
    async (issuer) => {
      const [first, second] = [await managed(issuer), await managed(issuer)]
      expectStatus(await sendJson(issuer, 'GET', first.url, second.token), 401, 403)
    },
  ),
  must(
    'registration.update',
    'RFC 7592 §2.2',
    'An update replaces the metadata.',
    NEEDS,
    async (issuer) => {
      const { body, url, token } = await managed(issuer)
      const next = { ...METADATA, client_id: body['client_id'], client_name: 'Renamed' }
      const answer = await sendJson(issuer, 'PUT', url, token, next)
      expectStatus(answer, 200)
      expectEqual(jsonOf(answer)['client_name'], 'Renamed', 'client_name')
    },
  ),
  must(
    'registration.update-checked',
    'RFC 7592 §2.2',
    'An update is checked like a registration.',
    NEEDS,
    async (issuer) => {
      const { body, url, token } = await managed(issuer)
      const redirect_uris = ['javascript:alert(1)']
      const next = { ...METADATA, client_id: body['client_id'], redirect_uris }
      const answer = await sendJson(issuer, 'PUT', url, token, next)
      expectError(answer, ['invalid_redirect_uri', 'invalid_client_metadata'])
    },
  ),
  must(
    'registration.update-other-id',
    'RFC 7592 §2.2',
    'An update for another client_id is refused.',
    NEEDS,
    async (issuer) => {
      const { url, token } = await managed(issuer)
      const answer = await sendJson(issuer, 'PUT', url, token, {
        ...METADATA,
        client_id: 'another',
      })
      expectThat([400, 401, 403].includes(answer.status), `status ${answer.status}`, '400')
    },
  ),
  must(
    'registration.delete',
    'RFC 7592 §2.3',
    'After a delete, 204, the registration is gone.',
    NEEDS,
    async (issuer) => {
      const { url, token } = await managed(issuer)
      expectStatus(await sendJson(issuer, 'DELETE', url, token), 204)
      expectStatus(await sendJson(issuer, 'GET', url, token), 401, 404)
    },
  ),
  must(
    'registration.content-type',
    'RFC 7591 §3.1',
    'Registration is JSON: a form is refused.',
    NEEDS,
    async (issuer) => {
      const answer = await issuer.send({
        method: 'POST',
        url: issuer.endpoint('registration_endpoint'),
        headers: {
          authorization: `Bearer ${issuer.settings.initialAccessToken}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'client_name=x',
      })
      const type = header(answer, 'content-type')
      expectThat(
        answer.status >= 400 && answer.status < 500,
        `${answer.status} ${type}`,
        'a refusal',
      )
    },
  ),
]

export const registrationSuite: Suite = {
  name: 'registration',
  title: 'Registration (RFC 7591, RFC 7592)',
  rules: [...REGISTERING, ...MANAGING],
}
