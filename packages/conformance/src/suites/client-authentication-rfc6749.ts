/** How clients say who they are: RFC 6749 sections 2.3 and 3.2.1. */
import { authorize } from '../flows/authorize.ts'
import { basicCredentials, clientRequest } from '../flows/client-request.ts'
import { codeForm, redeem, signInTokens, tokenRequest } from '../flows/tokens.ts'
import { expectError, expectThat, header } from '../rule/expect.ts'
import { must, type Suite } from '../rule/rule.ts'

const NOBODY = {
  id: 'nobody',
  authMethod: 'client_secret_basic',
  redirectUri: '',
  scope: 'openid',
} as const

const RULES = [
  must(
    'client.basic',
    'RFC 6749 §2.3.1',
    'A client authenticates by HTTP Basic, id and secret each form-urlencoded.',
    ['client basic'],
    async (issuer) => {
      await signInTokens(issuer, { client: 'basic' })
    },
  ),
  must(
    'client.post',
    'RFC 6749 §2.3.1',
    'A client registered for it authenticates by parameters in the body.',
    ['client post'],
    async (issuer) => {
      await signInTokens(issuer, { client: 'post' })
    },
  ),
  must(
    'client.wrong-secret',
    'RFC 6749 §5.2',
    'A wrong secret in the Authorization header is invalid_client, 401, with a challenge of that scheme.',
    ['client basic'],
    async (issuer) => {
      const { id } = issuer.client('basic')
      const credentials = basicCredentials(id, 'wrong-wrong-wrong-wrong-wrong-wrong')
      const form = { grant_type: 'authorization_code', code: 'x' }
      const answer = await tokenRequest(issuer, 'basic', form, { credentials })
      expectError(answer, ['invalid_client'], [401])
      const challenge = header(answer, 'www-authenticate')
      expectThat(
        /^basic\b/i.test(challenge),
        `www-authenticate "${challenge}"`,
        'a Basic challenge',
      )
    },
  ),
  must(
    'client.unknown-client',
    'RFC 6749 §5.2',
    'An unknown client is invalid_client.',
    [],
    async (issuer) => {
      const credentials = basicCredentials('nobody-knows-this-client', 'x'.repeat(40))
      const client = { ...(issuer.settings.clients.basic ?? NOBODY) }
      const form = { grant_type: 'authorization_code', code: 'x' }
      const answer = await clientRequest(issuer, 'token_endpoint', client, form, { credentials })
      expectError(answer, ['invalid_client'], [400, 401])
    },
  ),
  must(
    'client.no-credentials',
    'RFC 6749 §3.2.1',
    'A confidential client that sends no secret is refused.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer)
      const credentials = { form: { client_id: issuer.client('basic').id }, headers: {} }
      const answer = await redeem(issuer, authorization, 'basic', {}, { credentials })
      expectError(answer, ['invalid_client'], [400, 401])
    },
  ),
  must(
    'client.two-methods',
    'RFC 6749 §2.3',
    'A client that authenticates by two methods at once is refused.',
    ['client basic'],
    async (issuer) => {
      const { id, secret = '' } = issuer.client('basic')
      const { headers } = basicCredentials(id, secret)
      const credentials = { headers, form: { client_id: id, client_secret: secret } }
      const form = { grant_type: 'authorization_code', code: 'x' }
      const answer = await tokenRequest(issuer, 'basic', form, { credentials })
      expectError(answer, ['invalid_request', 'invalid_client'], [400, 401])
    },
  ),
  must(
    'client.secret-in-query',
    'RFC 6749 §2.3.1',
    'Client credentials in the query are no authentication.',
    ['client post'],
    async (issuer) => {
      const { id, secret = '' } = issuer.client('post')
      const authorization = await authorize(issuer, { client: 'post' })
      const url = issuer.endpoint('token_endpoint')
      const query = new URLSearchParams({ client_id: id, client_secret: secret })
      const answer = await clientRequest(
        issuer,
        `${url}?${query}`,
        issuer.client('post'),
        codeForm(authorization),
        { credentials: { form: {}, headers: {} } },
      )
      expectError(answer, ['invalid_client', 'invalid_request'], [400, 401])
    },
  ),
]

export const clientAuthenticationSuite: Suite = {
  name: 'client',
  title: 'Client authentication (RFC 6749)',
  rules: RULES,
}
