/** Client assertions in FAPI 2.0 Security Profile (final) section 5.3.2.1, at the token and the push endpoint. */
import { authorizationRequest } from '../flows/authorization-request.ts'
import { type AssertionChanges, clientAssertion } from '../flows/client-assertion.ts'
import { proofKeyPair } from '../flows/proof-of-possession.ts'
import { push } from '../flows/push.ts'
import { tokenRequest } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectError, expectStatus } from '../rule/expect.ts'
import { must, type Rule } from '../rule/rule.ts'

const NEEDS = ['client fapi', 'endpoint pushed_authorization_request_endpoint'] as const
const GENERAL = 'FAPI 2.0 §5.3.2.1'
const now = () => Math.floor(Date.now() / 1000)
type Changes = (issuer: Issuer) => AssertionChanges | Promise<AssertionChanges>

async function pushAs(issuer: Issuer, changes: AssertionChanges) {
  const form = await clientAssertion(issuer.client('fapi'), issuer, changes)
  const { parameters } = authorizationRequest(issuer, 'fapi')
  return await push(issuer, 'fapi', parameters, { credentials: { form, headers: {} } })
}

async function tokenAs(issuer: Issuer, changes: AssertionChanges) {
  const form = await clientAssertion(issuer.client('fapi'), issuer, changes)
  const asked = { grant_type: 'urn:example:no-such-grant' }
  return await tokenRequest(issuer, 'fapi', asked, { credentials: { form, headers: {} } })
}

/** Refused where it authenticates a push and where it authenticates a token request. */
function refused(id: string, title: string, changes: Changes): Rule {
  return must(id, GENERAL, title, NEEDS, async (issuer) => {
    const errors = ['invalid_client', 'invalid_request'] as const
    expectError(await pushAs(issuer, await changes(issuer)), errors, [400, 401])
    expectError(await tokenAs(issuer, await changes(issuer)), errors, [400, 401])
  })
}

export const fapiAssertions: readonly Rule[] = [
  must(
    'fapi.assertion-missing',
    GENERAL,
    'A token request without assertion is refused.',
    NEEDS,
    async (issuer) => {
      const credentials = { form: { client_id: issuer.client('fapi').id }, headers: {} }
      const asked = { grant_type: 'authorization_code', code: 'x' }
      const answer = await tokenRequest(issuer, 'fapi', asked, { credentials })
      expectError(answer, ['invalid_client', 'invalid_request'], [400, 401])
    },
  ),
  must(
    'fapi.assertion-clock',
    GENERAL,
    'An assertion from a clock 8 seconds ahead is accepted.',
    NEEDS,
    async (issuer) => {
      const claims = { iat: now() + 8, nbf: now() + 8, exp: now() + 68 }
      expectStatus(await pushAs(issuer, { claims }), 201)
    },
  ),
  refused(
    'fapi.assertion-future',
    'An assertion that begins in more than 60 seconds is refused.',
    () => ({
      claims: { iat: now() + 70, nbf: now() + 70, exp: now() + 130 },
    }),
  ),
  refused('fapi.assertion-expired', 'An assertion that ended five minutes ago is refused.', () => ({
    claims: { iat: now() - 360, exp: now() - 300 },
  })),
  refused('fapi.assertion-rs256', 'An assertion signed with RS256 is refused.', async () => ({
    key: (await proofKeyPair('RS256')).privateKey,
  })),
  refused('fapi.assertion-audience', 'Another audience is refused.', () => ({
    claims: { aud: 'https://other.example' },
  })),
  refused('fapi.assertion-no-subject', 'An assertion without sub is refused.', () => ({
    claims: { sub: undefined },
  })),
  refused(
    'fapi.audience-token-url',
    'The address of the token endpoint is no audience.',
    (issuer) => ({
      claims: { aud: issuer.endpoint('token_endpoint') },
    }),
  ),
  refused(
    'fapi.audience-push-url',
    'The address of the push endpoint is no audience.',
    (issuer) => ({
      claims: { aud: issuer.endpoint('pushed_authorization_request_endpoint') },
    }),
  ),
  refused(
    'fapi.audience-list',
    'A list is no audience, even with the issuer in it.',
    ({ settings }) => ({
      claims: { aud: [settings.issuer] },
    }),
  ),
]
