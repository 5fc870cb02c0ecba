/** Token introspection: RFC 7662; as a JWT: RFC 9701. */
import { authorize } from '../flows/authorize.ts'
import { basicCredentials, clientRequest } from '../flows/client-request.ts'
import { judgeJwt } from '../flows/judge-jwt.ts'
import { granted, redeem, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectEqual,
  expectError,
  expectStatus,
  expectThat,
  header,
  jsonOf,
  shown,
  textMember,
} from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite } from '../rule/rule.ts'
import type { ClientRole } from '../settings/client-roles.ts'

const NEEDS = ['client caller', 'client basic', 'endpoint introspection_endpoint'] as const
const JWT_ANSWER = 'application/token-introspection+jwt'

async function introspect(
  issuer: Issuer,
  token: string,
  role: ClientRole = 'caller',
  accept?: string,
) {
  const client = issuer.client(role)
  const headers = accept === undefined ? {} : { accept }
  return await clientRequest(issuer, 'introspection_endpoint', client, { token }, { headers })
}

/** RFC 7662 section 2.2: nothing is told but that it is not active. */
async function expectInactive(issuer: Issuer, token: string, role: ClientRole = 'caller') {
  const answer = await introspect(issuer, token, role)
  expectStatus(answer, 200)
  expectEqual(jsonOf(answer), { active: false }, 'the answer')
}

const ACTIVE = [
  must(
    'introspection.active',
    'RFC 7662 §2.2',
    'A live access token is active, and what is told of it is true.',
    NEEDS,
    async (issuer) => {
      const { accessToken, client } = await signInTokens(issuer)
      const answer = await introspect(issuer, accessToken)
      expectStatus(answer, 200)
      const told = jsonOf(answer)
      expectEqual(told['active'], true, 'active')
      expectEqual(told['client_id'] ?? client.id, client.id, 'client_id')
      expectEqual(told['iss'] ?? issuer.settings.issuer, issuer.settings.issuer, 'iss')
      const exp = told['exp'] ?? Number.MAX_SAFE_INTEGER
      const isAhead = typeof exp === 'number' && exp > Date.now() / 1000
      expectThat(isAhead, `exp ${shown(exp)}`, 'a time in the future')
    },
  ),
  must(
    'introspection.unknown',
    'RFC 7662 §2.2',
    'A token that the issuer does not know is {"active":false} and nothing else.',
    NEEDS,
    async (issuer) => await expectInactive(issuer, 'no-such-token'),
  ),
  must(
    'introspection.altered',
    'RFC 7662 §4',
    'A token with another last character is not active.',
    NEEDS,
    async (issuer) => {
      const { accessToken } = await signInTokens(issuer)
      const other = accessToken.endsWith('A') ? 'Q' : 'A'
      await expectInactive(issuer, accessToken.slice(0, -1) + other)
    },
  ),
  must(
    'introspection.revoked',
    'RFC 7662 §4',
    'A revoked token is not active.',
    [...NEEDS, 'endpoint revocation_endpoint'],
    async (issuer) => {
      const { accessToken: token, client } = await signInTokens(issuer, {
        browser: issuer.browser(),
      })
      expectStatus(await clientRequest(issuer, 'revocation_endpoint', client, { token }), 200)
      await expectInactive(issuer, token)
    },
  ),
  must(
    'introspection.replaced-refresh-token',
    'RFC 7662 §2.2',
    'Of a refresh token that was used nobody learns more than that.',
    [...NEEDS, 'grant refresh_token'],
    async (issuer) => {
      const { body } = await signInTokens(issuer, { browser: issuer.browser() })
      const token = refreshTokenOf(body)
      const next = granted(await refresh(issuer, 'basic', token))
      if (next.body['refresh_token'] === token)
        throw new NotOffered('refresh tokens are not replaced')
      await expectInactive(issuer, token)
    },
  ),
  must(
    'introspection.code',
    'RFC 7662 §2.2',
    'A code, redeemed or not, is no token.',
    NEEDS,
    async (issuer) => {
      const authorization = await authorize(issuer)
      const { journey } = authorization
      const code = journey.kind === 'returned' ? (journey.parameters.get('code') ?? '') : ''
      await expectInactive(issuer, code)
      granted(await redeem(issuer, authorization))
    },
  ),
  must(
    'introspection.id-token',
    'RFC 7662 §2.2',
    'An ID token is not an active token.',
    NEEDS,
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      await expectInactive(issuer, textMember(body, 'id_token'))
    },
  ),
]

const CALLERS = [
  must(
    'introspection.anonymous',
    'RFC 7662 §2.1',
    'Nobody introspects without authentication.',
    NEEDS,
    async (issuer) => {
      const { accessToken: token } = await signInTokens(issuer)
      const credentials = { form: {}, headers: {} }
      const client = issuer.client('caller')
      const answer = await clientRequest(
        issuer,
        'introspection_endpoint',
        client,
        { token },
        { credentials },
      )
      expectThat([400, 401].includes(answer.status), `status ${answer.status}`, '401')
      expectEqual(/"active"\s*:\s*true/.test(answer.text), false, 'told')
    },
  ),
  must(
    'introspection.credentials',
    'RFC 7662 §2.3',
    'A caller with a wrong secret is 401.',
    NEEDS,
    async (issuer) => {
      const client = issuer.client('caller')
      const credentials = basicCredentials(client.id, 'wrong'.repeat(8))
      const form = { token: 'x' }
      const answer = await clientRequest(issuer, 'introspection_endpoint', client, form, {
        credentials,
      })
      expectError(answer, ['invalid_client'], [401])
    },
  ),
  must(
    'introspection.other-caller',
    'RFC 7662 §4',
    'A client that has nothing to do with a token learns nothing of it.',
    [...NEEDS, 'client second'],
    async (issuer) => {
      const { accessToken } = await signInTokens(issuer)
      const answer = await introspect(issuer, accessToken, 'second')
      if (answer.status === 401 || answer.status === 403) return
      await expectInactive(issuer, accessToken, 'second')
    },
  ),
  must(
    'introspection.no-token',
    'RFC 7662 §2.1',
    'A request without token is invalid_request.',
    NEEDS,
    async (issuer) => {
      const client = issuer.client('caller')
      expectError(await clientRequest(issuer, 'introspection_endpoint', client, {}), [
        'invalid_request',
      ])
    },
  ),
  must(
    'introspection.get',
    'RFC 7662 §2.1',
    'Introspection is asked for by POST: a GET tells nothing.',
    NEEDS,
    async (issuer) => {
      const { accessToken: token } = await signInTokens(issuer)
      const { id, secret = '' } = issuer.client('caller')
      const url = `${issuer.endpoint('introspection_endpoint')}?${new URLSearchParams({ token })}`
      const answer = await issuer.send({ url, headers: basicCredentials(id, secret).headers })
      expectThat(answer.status >= 400, `status ${answer.status}`, 'a refusal')
    },
  ),
]

const SIGNED = [
  must(
    'introspection.jwt',
    'RFC 9701 §5',
    'Asked for as a JWT, the answer is signed, of its own type, for the caller, with the answer inside.',
    [...NEEDS, ...(['endpoint jwks_uri'] as const)],
    async (issuer) => {
      const { accessToken } = await signInTokens(issuer)
      const answer = await introspect(issuer, accessToken, 'caller', JWT_ANSWER)
      expectStatus(answer, 200)
      const type = header(answer, 'content-type')
      if (!type.startsWith(JWT_ANSWER)) return expectUnsignedIsHonest(issuer)
      const { header: head, claims } = await judgeJwt(issuer, answer.text, {
        audience: issuer.client('caller').id,
      })
      expectEqual(head['typ'], 'token-introspection+jwt', 'typ')
      const inside = claims['token_introspection'] as { active?: unknown } | undefined
      expectEqual(inside?.active, true, 'active')
      for (const name of ['sub', 'exp']) expectEqual(claims[name], undefined, `top-level ${name}`)
    },
  ),
]

/** RFC 9701 section 7: who lists algorithms for it has to sign. */
function expectUnsignedIsHonest({ metadata }: Issuer): void {
  const listed = metadata['introspection_signing_alg_values_supported']
  expectEqual(
    listed,
    undefined,
    'introspection_signing_alg_values_supported of an issuer that did not sign',
  )
}

export const introspectionSuite: Suite = {
  name: 'introspection',
  title: 'Token introspection (RFC 7662, RFC 9701)',
  rules: [...ACTIVE, ...CALLERS, ...SIGNED],
}
