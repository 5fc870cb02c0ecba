/** The token endpoint: RFC 6749 sections 3.2, 4.1.3, 4.4 and 5. */

import { authorize, codeOf, expectRefusal } from '../flows/authorize.ts'
import { callUserinfo } from '../flows/call-userinfo.ts'
import { granted, redeem, signInTokens, tokenRequest } from '../flows/tokens.ts'
import {
  expectEqual,
  expectError,
  expectNotStored,
  expectThat,
  shown,
  textMember,
} from '../rule/expect.ts'
import { pause } from '../rule/pause.ts'
import { must, type Suite, should, slow } from '../rule/rule.ts'

/** A scope that no issuer knows. */
const NO_SCOPE = 'urn:example:no-such-scope'

const ANSWERS = [
  must(
    'token.success',
    'RFC 6749 §5.1',
    'A success is 200 with access_token, token_type and a numeric expires_in.',
    ['client basic'],
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      const type = textMember(body, 'token_type')
      expectThat(/^bearer$/i.test(type), `token_type ${type}`, 'Bearer')
      const seconds = body['expires_in']
      const isNumber = typeof seconds === 'number' && seconds > 0
      expectThat(isNumber, `expires_in ${shown(seconds)}`, 'a number of seconds')
    },
  ),
  must(
    'token.no-store',
    'RFC 6749 §5.1',
    'Answers with tokens are not stored by anybody.',
    ['client basic'],
    async (issuer) => expectNotStored((await signInTokens(issuer)).answer),
  ),
  should(
    'token.errors-no-store',
    'RFC 6749 §5.2',
    'Error answers of the token endpoint are not stored either.',
    ['client basic'],
    async (issuer) => {
      const form = { grant_type: 'authorization_code', code: 'no-such-code' }
      expectNotStored(await tokenRequest(issuer, 'basic', form))
    },
  ),
  must(
    'token.scope-told',
    'RFC 6749 §3.3',
    'Who gets less scope than asked for is told what there is, or is refused.',
    ['client basic'],
    async (issuer) => {
      for (const scope of [`openid ${NO_SCOPE}`, NO_SCOPE]) {
        const authorization = await authorize(issuer, { changes: { scope } })
        const { journey } = authorization
        const isGranted = journey.kind === 'returned' && journey.parameters.has('code')
        if (!isGranted) expectRefusal(authorization, 'invalid_scope', 'invalid_request')
        else {
          const told = granted(await redeem(issuer, authorization)).body['scope']
          const isTold = typeof told === 'string' && !told.split(' ').includes(NO_SCOPE)
          expectThat(isTold, `scope ${shown(told)} for "${scope}"`, 'scope without the unknown one')
        }
      }
    },
  ),
  must(
    'token.grant-type-missing',
    'RFC 6749 §5.2',
    'A request without grant_type is invalid_request.',
    ['client basic'],
    async (issuer) => expectError(await tokenRequest(issuer, 'basic', {}), ['invalid_request']),
  ),
  must(
    'token.grant-type-unknown',
    'RFC 6749 §5.2',
    'An unknown grant_type is unsupported_grant_type.',
    ['client basic'],
    async (issuer) => {
      const answer = await tokenRequest(issuer, 'basic', {
        grant_type: 'urn:example:no-such-grant',
      })
      expectError(answer, ['unsupported_grant_type'])
    },
  ),
  must(
    'token.grant-type-not-allowed',
    'RFC 6749 §5.2',
    'A grant_type that the client is not registered for is unauthorized_client.',
    ['client basic', 'grant client_credentials'],
    async (issuer) => {
      const answer = await tokenRequest(issuer, 'basic', { grant_type: 'client_credentials' })
      expectError(answer, ['unauthorized_client'])
    },
  ),
  must(
    'token.password-grant',
    'RFC 9700 §2.4',
    'The password grant is not offered.',
    ['client basic'],
    async (issuer) => {
      const { username, password } = issuer.settings.user
      const form = { grant_type: 'password', username, password, scope: 'openid' }
      const answer = await tokenRequest(issuer, 'basic', form)
      expectError(answer, ['unsupported_grant_type', 'unauthorized_client'])
    },
  ),
]

const CODES = [
  must(
    'token.code-unknown',
    'RFC 6749 §5.2',
    'A code that was never issued is invalid_grant.',
    ['client basic'],
    async (issuer) => {
      const { redirectUri } = issuer.client('basic')
      const form = {
        grant_type: 'authorization_code',
        code: 'x'.repeat(43),
        redirect_uri: redirectUri,
      }
      expectError(await tokenRequest(issuer, 'basic', form), ['invalid_grant'])
    },
  ),
  must(
    'token.code-missing',
    'RFC 6749 §5.2',
    'A code grant without code is invalid_request.',
    ['client basic'],
    async (issuer) => {
      const form = {
        grant_type: 'authorization_code',
        redirect_uri: issuer.client('basic').redirectUri,
      }
      expectError(await tokenRequest(issuer, 'basic', form), ['invalid_request'])
    },
  ),
  must(
    'token.code-once',
    'RFC 6749 §4.1.2',
    'A code is redeemed at most once: the second time is invalid_grant.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer)
      granted(await redeem(issuer, authorization))
      expectError(await redeem(issuer, authorization), ['invalid_grant'])
    },
  ),
  should(
    'token.code-reuse-revokes',
    'RFC 6749 §4.1.2',
    'The second use of a code ends the tokens of the first.',
    ['client basic', 'endpoint userinfo_endpoint'],
    async (issuer) => {
      const browser = issuer.browser()
      const authorization = await authorize(issuer, { browser })
      const { accessToken } = granted(await redeem(issuer, authorization))
      await redeem(issuer, authorization)
      const answer = await callUserinfo(issuer, accessToken)
      expectEqual(answer.status, 401, 'user info with a token of the first use')
    },
  ),
  slow(
    should(
      'token.code-reuse-later',
      'RFC 6749 §4.1.2',
      'The second use ends them also when it comes later, while codes of that age could still live.',
      ['client basic', 'endpoint userinfo_endpoint'],
      async (issuer) => {
        const authorization = await authorize(issuer, { browser: issuer.browser() })
        const { accessToken } = granted(await redeem(issuer, authorization))
        await pause(issuer.settings.codeSeconds / 2)
        expectError(await redeem(issuer, authorization), ['invalid_grant'])
        expectEqual((await callUserinfo(issuer, accessToken)).status, 401, 'user info afterwards')
      },
    ),
  ),
  must(
    'token.code-client',
    'RFC 6749 §4.1.3',
    'A code is of no use to another client.',
    ['client basic', 'client second'],
    async (issuer) => {
      const authorization = await authorize(issuer)
      expectError(await redeem(issuer, authorization, 'second'), ['invalid_grant'])
    },
  ),
  must(
    'token.code-redirect-uri',
    'RFC 6749 §4.1.3',
    'A code is redeemed only with the redirect_uri of its request.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer)
      const changes = { redirect_uri: `${issuer.client('basic').redirectUri}/other` }
      expectError(await redeem(issuer, authorization, 'basic', changes), ['invalid_grant'])
    },
  ),
  must(
    'token.code-at-once',
    'RFC 6749 §4.1.2',
    'Of several redemptions of one code at the same moment one succeeds.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer, { browser: issuer.browser() })
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => redeem(issuer, authorization)),
      )
      const successes = answers.filter(({ status }) => status === 200).length
      expectThat(successes <= 1, `${successes} successes of 8`, 'at most 1')
    },
  ),
  slow(
    must(
      'token.code-expires',
      'RFC 6749 §4.1.2',
      'A code that is too old is invalid_grant.',
      ['client basic'],
      async (issuer) => {
        const authorization = await authorize(issuer, { browser: issuer.browser() })
        codeOf(authorization)
        await pause(issuer.settings.codeSeconds + 1)
        expectError(await redeem(issuer, authorization), ['invalid_grant'])
      },
    ),
  ),
]

const MACHINES = [
  must(
    'token.client-credentials',
    'RFC 6749 §4.4.3',
    'A machine gets an access token for itself, and neither refresh token nor ID token.',
    ['client machine', 'grant client_credentials'],
    async (issuer) => {
      const { body } = granted(
        await tokenRequest(issuer, 'machine', { grant_type: 'client_credentials' }),
      )
      expectEqual(body['refresh_token'], undefined, 'refresh_token')
      expectEqual(body['id_token'], undefined, 'id_token')
    },
  ),
  must(
    'token.client-credentials-public',
    'RFC 6749 §4.4',
    'A public client can not use the client_credentials grant.',
    ['client public', 'grant client_credentials'],
    async (issuer) => {
      const answer = await tokenRequest(issuer, 'public', { grant_type: 'client_credentials' })
      expectError(answer, ['unauthorized_client', 'invalid_client'], [400, 401])
    },
  ),
]

export const tokenSuite: Suite = {
  name: 'token',
  title: 'Token endpoint (RFC 6749)',
  rules: [...ANSWERS, ...CODES, ...MACHINES],
}
