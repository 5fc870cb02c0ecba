/** FAPI 2.0 Security Profile (final) section 5.3.2, for clients with private_key_jwt, pushed requests and DPoP. */
import { authorizationRequest, type Changes } from '../flows/authorization-request.ts'
import { authorize, codeOf, expectRefusal } from '../flows/authorize.ts'
import { authorizeAs, boundTokenRequest, boundTokens } from '../flows/bound-tokens.ts'
import { clientAssertion } from '../flows/client-assertion.ts'
import { jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { proofKeyPair, withProof } from '../flows/proof-of-possession.ts'
import { push, pushed } from '../flows/push.ts'
import { codeForm, granted, refresh, refreshTokenOf, tokenRequest } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectEqual,
  expectError,
  expectStatus,
  expectThat,
  shown,
  textMember,
} from '../rule/expect.ts'
import { pause } from '../rule/pause.ts'
import { must, type Rule, type Suite } from '../rule/rule.ts'
import { fapiAssertions } from './fapi-2-assertions.ts'

const NEEDS = ['client fapi', 'endpoint pushed_authorization_request_endpoint'] as const
const PUSH = 'pushed_authorization_request_endpoint'
const GENERAL = 'FAPI 2.0 §5.3.2.1'
const CODE_FLOW = 'FAPI 2.0 §5.3.2.2'

/** Changes to the request that lead to tokens all the same. */
function accepted(
  id: string,
  title: string,
  changes: Changes,
  claim?: readonly [string, unknown],
): Rule {
  return must(id, CODE_FLOW, title, NEEDS, async (issuer) => {
    const keys = await proofKeyPair()
    const form = codeForm(await authorizeAs(issuer, 'fapi', changes))
    const { body } = granted(await boundTokenRequest(issuer, 'fapi', form, keys))
    if (claim === undefined) return
    const [name, value] = claim
    expectEqual(jwtClaims(textMember(body, 'id_token'))[name], value, name)
  })
}

/** Changes to the request for which nobody gets a code. */
function refused(id: string, title: string, changes: Changes): Rule {
  return must(id, CODE_FLOW, title, NEEDS, async (issuer) => {
    const { parameters } = authorizationRequest(issuer, 'fapi', changes)
    const answer = await push(issuer, 'fapi', parameters)
    if (answer.status !== 201)
      return expectThat(answer.status === 400, `status ${answer.status}`, '400')
    const sent = pushed(answer, issuer.client('fapi').id)
    const arranged = () => sent
    const { journey } = await authorize(issuer, { client: 'fapi', arranged, changes })
    const isCode = journey.kind === 'returned' && journey.parameters.has('code')
    expectThat(!isCode, 'a code', 'a refusal')
  })
}

const NONCE_64 = 'n'.repeat(64)
const LONG = 'l'.repeat(384)

const FLOW = [
  must(
    'fapi.happy-flow',
    CODE_FLOW,
    'Pushed request, code, and tokens bound to the key of the client.',
    NEEDS,
    async (issuer) => {
      const { body, accessToken, keys } = await boundTokens(issuer, 'fapi')
      expectThat(/^dpop$/i.test(textMember(body, 'token_type')), shown(body['token_type']), 'DPoP')
      if (jwtHeader(accessToken) === undefined) return
      expectEqual(jwtClaims(accessToken)['cnf'], { jkt: keys.thumbprint }, 'cnf')
    },
  ),
  accepted('fapi.no-state', 'state may be left out.', { state: undefined }),
  accepted('fapi.no-nonce', 'nonce may be left out.', { nonce: undefined }, ['nonce', undefined]),
  accepted('fapi.nonce-64', 'A nonce of 64 characters is supported.', { nonce: NONCE_64 }, [
    'nonce',
    NONCE_64,
  ]),
  accepted('fapi.long-state', 'A long state comes back.', { state: LONG }),
  must(
    'fapi.long-nonce',
    CODE_FLOW,
    'A very long nonce comes back or is refused; it is never cut.',
    NEEDS,
    async (issuer) => {
      const { parameters } = authorizationRequest(issuer, 'fapi', { nonce: LONG })
      const answer = await push(issuer, 'fapi', parameters)
      if (answer.status !== 201) return expectError(answer, ['invalid_request'])
      const form = codeForm(await authorizeAs(issuer, 'fapi', { nonce: LONG }))
      const { body } = granted(await boundTokenRequest(issuer, 'fapi', form, await proofKeyPair()))
      expectEqual(jwtClaims(textMember(body, 'id_token'))['nonce'], LONG, 'nonce')
    },
  ),
  must(
    'fapi.par-required',
    CODE_FLOW,
    'A request that was not pushed is refused.',
    NEEDS,
    async (issuer) => expectRefusal(await authorize(issuer, { client: 'fapi' }), 'invalid_request'),
  ),
  refused('fapi.pkce-required', 'A request without challenge is refused.', {
    code_challenge: undefined,
    code_challenge_method: undefined,
  }),
  refused('fapi.pkce-plain', 'A request with the method plain is refused.', {
    code_challenge_method: 'plain',
  }),
  refused('fapi.code-id-token', 'response_type "code id_token" is refused.', {
    response_type: 'code id_token',
  }),
  refused('fapi.token', 'response_type "token" is refused.', { response_type: 'token' }),
]

const TOKENS = [
  must(
    'fapi.holder-of-key',
    GENERAL,
    'A token request without proof gives nothing.',
    NEEDS,
    async (issuer) => {
      const form = codeForm(await authorizeAs(issuer, 'fapi'))
      const errors = ['invalid_dpop_proof', 'invalid_request', 'invalid_grant', 'use_dpop_nonce']
      expectError(await tokenRequest(issuer, 'fapi', form), errors)
    },
  ),
  must(
    'fapi.code-client',
    GENERAL,
    'A code is of no use to another client.',
    [...NEEDS, 'client fapi_second'],
    async (issuer) => {
      const form = codeForm(await authorizeAs(issuer, 'fapi'))
      const answer = await boundTokenRequest(issuer, 'fapi_second', form, await proofKeyPair())
      expectError(answer, ['invalid_grant'])
    },
  ),
  must(
    'fapi.client-id-differs',
    GENERAL,
    'The client_id of another client beside an assertion is refused.',
    [...NEEDS, 'client fapi_second'],
    async (issuer) => {
      const form = codeForm(await authorizeAs(issuer, 'fapi'))
      const assertion = await clientAssertion(issuer.client('fapi'), issuer)
      const client_id = issuer.client('fapi_second').id
      const credentials = { form: { ...assertion, client_id }, headers: {} }
      const answer = await tokenRequest(issuer, 'fapi', form, { credentials })
      expectError(answer, ['invalid_client', 'invalid_request', 'invalid_grant'], [400, 401])
    },
  ),
  must(
    'fapi.code-reuse',
    GENERAL,
    'A code that was redeemed a second ago is invalid_grant.',
    NEEDS,
    async (issuer) => {
      const form = codeForm(await authorizeAs(issuer, 'fapi'))
      const keys = await proofKeyPair()
      granted(await boundTokenRequest(issuer, 'fapi', form, keys))
      await pause(1)
      expectError(await boundTokenRequest(issuer, 'fapi', form, keys), ['invalid_grant'])
    },
  ),
  must(
    'fapi.refresh',
    GENERAL,
    'A refresh token gives a new bound token to its client with its assertion, and to nobody else.',
    [...NEEDS, 'client fapi_second', 'grant refresh_token'],
    async (issuer) => {
      const { body, keys } = await boundTokens(issuer, 'fapi')
      const token = refreshTokenOf(body)
      expectError(await refresh(issuer, 'fapi_second', token), ERRORS_OF_OTHERS)
      const form = { grant_type: 'refresh_token', refresh_token: token }
      const credentials = { form: { client_id: issuer.client('fapi').id }, headers: {} }
      const anonymous = await tokenRequest(issuer, 'fapi', form, { credentials })
      expectError(anonymous, ['invalid_client', 'invalid_request'], [400, 401])
      granted(await boundTokenRequest(issuer, 'fapi', form, keys))
    },
  ),
]

const ERRORS_OF_OTHERS = [
  'invalid_grant',
  'invalid_dpop_proof',
  'invalid_request',
  'use_dpop_nonce',
]

/** RFC 9449 section 10.1: a proof at the push binds the code as dpop_jkt does. */
async function pushWithProof(issuer: Issuer, changes: Changes = {}) {
  const keys = await proofKeyPair()
  const request = authorizationRequest(issuer, 'fapi', changes)
  const target = { method: 'POST', url: issuer.endpoint(PUSH) }
  const answer = await withProof(keys, target, (dpop) =>
    push(issuer, 'fapi', request.parameters, { headers: { dpop } }),
  )
  return { keys, request, answer }
}

async function redeemPushed(issuer: Issuer, binding: Awaited<ReturnType<typeof pushWithProof>>) {
  const sent = pushed(binding.answer, issuer.client('fapi').id)
  const { parameters, proofKey } = binding.request
  const changes = { state: parameters['state'] }
  const code = codeOf(await authorize(issuer, { client: 'fapi', arranged: () => sent, changes }))
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: parameters['redirect_uri'],
    code_verifier: proofKey.verifier,
  }
}

const BINDING = [
  must(
    'fapi.push-proof',
    'RFC 9449 §10.1',
    'A proof at the push binds the code: its key redeems it.',
    NEEDS,
    async (issuer) => {
      const binding = await pushWithProof(issuer)
      const form = await redeemPushed(issuer, binding)
      granted(await boundTokenRequest(issuer, 'fapi', form, binding.keys))
    },
  ),
  must(
    'fapi.push-proof-other-key',
    'RFC 9449 §10.1',
    'Another key does not redeem it.',
    NEEDS,
    async (issuer) => {
      const form = await redeemPushed(issuer, await pushWithProof(issuer))
      const answer = await boundTokenRequest(issuer, 'fapi', form, await proofKeyPair())
      expectError(answer, ['invalid_grant', 'invalid_dpop_proof', 'invalid_request'])
    },
  ),
  must(
    'fapi.push-proof-differs',
    'RFC 9449 §10.1',
    'A push whose proof and dpop_jkt name different keys is refused.',
    NEEDS,
    async (issuer) => {
      const { thumbprint } = await proofKeyPair()
      const { answer } = await pushWithProof(issuer, { dpop_jkt: thumbprint })
      expectStatus(answer, 400)
    },
  ),
]

const METADATA = [
  must(
    'fapi.metadata',
    GENERAL,
    'The metadata offers what the profile wants: pushed requests, S256, private_key_jwt, DPoP, iss.',
    NEEDS,
    async ({ metadata }) => {
      const lists: Readonly<Record<string, string>> = {
        code_challenge_methods_supported: 'S256',
        token_endpoint_auth_methods_supported: 'private_key_jwt',
        grant_types_supported: 'authorization_code',
        response_types_supported: 'code',
        dpop_signing_alg_values_supported: 'ES256',
        token_endpoint_auth_signing_alg_values_supported: 'ES256',
      }
      for (const [name, value] of Object.entries(lists)) {
        const list = metadata[name]
        expectThat(Array.isArray(list) && list.includes(value), `${name} ${shown(list)}`, value)
      }
      const flag = 'authorization_response_iss_parameter_supported'
      expectEqual(metadata[flag], true, flag)
    },
  ),
]

export const fapiSuite: Suite = {
  name: 'fapi',
  title: 'FAPI 2.0 Security Profile',
  rules: [...METADATA, ...FLOW, ...TOKENS, ...BINDING, ...fapiAssertions],
}
