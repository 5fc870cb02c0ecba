/** Client authentication by signed JWT: RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3, OpenID Connect Core section 9. */
import { authorize } from '../flows/authorize.ts'
import {
  type AssertionChanges,
  assertionForm,
  clientAssertion,
  signAssertion,
  unsignedJwt,
} from '../flows/client-assertion.ts'
import { proofKeyPair } from '../flows/proof-of-possession.ts'
import { granted, redeem, signInTokens, tokenRequest } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectError } from '../rule/expect.ts'
import { must, type Rule, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['client assertion'] as const
const now = () => Math.floor(Date.now() / 1000)

/** The answer to a token request with this text as assertion: unsupported_grant_type once the client is believed. */
async function answerTo(issuer: Issuer, assertion: string) {
  const credentials = { form: assertionForm(issuer.client('assertion'), assertion), headers: {} }
  const form = { grant_type: 'urn:example:no-such-grant' }
  return await tokenRequest(issuer, 'assertion', form, { credentials })
}

function refused(
  id: string,
  spec: string,
  title: string,
  changes: (issuer: Issuer) => AssertionChanges | Promise<AssertionChanges>,
): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    const client = issuer.client('assertion')
    const assertion = await signAssertion(client, issuer, await changes(issuer))
    // A client_id beside it that is somebody else's makes the request malformed as well (RFC 7521 section 4.2).
    expectError(
      await answerTo(issuer, assertion),
      ['invalid_client', 'invalid_request'],
      [400, 401],
    )
  })
}

const ACCEPTED = [
  must(
    'assertion.accepted',
    'RFC 7523 §2.2',
    'A client authenticates by a JWT that it has signed.',
    NEEDS,
    async (issuer) => void (await signInTokens(issuer, { client: 'assertion' })),
  ),
  must(
    'assertion.client-id-optional',
    'RFC 7521 §4.2',
    'client_id may be left out beside an assertion.',
    NEEDS,
    async (issuer) => {
      const authorization = await authorize(issuer, { client: 'assertion' })
      const { client_id: _, ...form } = await clientAssertion(issuer.client('assertion'), issuer)
      const credentials = { form, headers: {} }
      granted(await redeem(issuer, authorization, 'assertion', {}, { credentials }))
    },
  ),
  should(
    'assertion.clock',
    'FAPI 2.0 §5.3.2.1',
    'An assertion from a clock 8 seconds ahead is accepted.',
    NEEDS,
    async (issuer) => {
      const authorization = await authorize(issuer, { client: 'assertion' })
      const claims = { iat: now() + 8, nbf: now() + 8, exp: now() + 68 }
      const form = await clientAssertion(issuer.client('assertion'), issuer, { claims })
      const credentials = { form, headers: {} }
      granted(await redeem(issuer, authorization, 'assertion', {}, { credentials }))
    },
  ),
]

const REFUSED = [
  refused('assertion.issuer', 'RFC 7523 §3', 'iss must be the client.', () => ({
    claims: { iss: 'another-client' },
  })),
  refused('assertion.subject', 'RFC 7523 §3', 'sub must be the client.', () => ({
    claims: { sub: 'another-client' },
  })),
  refused('assertion.no-subject', 'RFC 7523 §3', 'sub must not be missing.', () => ({
    claims: { sub: undefined },
  })),
  refused('assertion.no-issuer', 'RFC 7523 §3', 'iss must not be missing.', () => ({
    claims: { iss: undefined },
  })),
  refused('assertion.audience', 'RFC 7523 §3', 'Another audience is refused.', () => ({
    claims: { aud: 'https://other.example' },
  })),
  refused('assertion.no-audience', 'RFC 7523 §3', 'aud must not be missing.', () => ({
    claims: { aud: undefined },
  })),
  refused('assertion.no-expiry', 'RFC 7523 §3', 'exp must not be missing.', () => ({
    claims: { exp: undefined },
  })),
  refused(
    'assertion.expired',
    'RFC 7523 §3',
    'An assertion that ended five minutes ago is refused.',
    () => ({
      claims: { iat: now() - 360, exp: now() - 300 },
    }),
  ),
  refused(
    'assertion.not-yet',
    'RFC 7523 §3',
    'An assertion that begins in the future is refused.',
    () => ({
      claims: { iat: now() + 120, nbf: now() + 120, exp: now() + 240 },
    }),
  ),
  refused('assertion.foreign-key', 'RFC 7523 §3', 'Another key is refused.', async () => ({
    key: (await proofKeyPair()).privateKey,
  })),
  must(
    'assertion.unsigned',
    'RFC 7523 §3',
    'An assertion without signature is refused.',
    NEEDS,
    async (issuer) => {
      const { id } = issuer.client('assertion')
      const claims = { iss: id, sub: id, aud: issuer.settings.issuer, jti: 'x', exp: now() + 60 }
      expectError(await answerTo(issuer, unsignedJwt(claims)), ['invalid_client'], [400, 401])
    },
  ),
  must(
    'assertion.malformed',
    'RFC 7521 §4.2.1',
    'What is no JWT is invalid_client.',
    NEEDS,
    async (issuer) => {
      expectError(
        await answerTo(issuer, 'no.jwt'),
        ['invalid_client', 'invalid_request'],
        [400, 401],
      )
    },
  ),
  must(
    'assertion.type',
    'RFC 7521 §4.2',
    'An unknown client_assertion_type is refused.',
    NEEDS,
    async (issuer) => {
      const form = await clientAssertion(issuer.client('assertion'), issuer)
      const credentials = {
        form: { ...form, client_assertion_type: 'urn:example:other' },
        headers: {},
      }
      const asked = { grant_type: 'authorization_code', code: 'no-such-code' }
      const answer = await tokenRequest(issuer, 'assertion', asked, { credentials })
      expectError(answer, ['invalid_client', 'invalid_request'], [400, 401])
    },
  ),
  must(
    'assertion.once',
    'OpenID Connect Core §9',
    'An assertion with the same jti is accepted once.',
    NEEDS,
    async (issuer) => {
      const form = await clientAssertion(issuer.client('assertion'), issuer)
      const credentials = { form, headers: {} }
      const authorization = await authorize(issuer, { client: 'assertion' })
      granted(await redeem(issuer, authorization, 'assertion', {}, { credentials }))
      const next = await authorize(issuer, { client: 'assertion' })
      const again = await redeem(issuer, next, 'assertion', {}, { credentials })
      expectError(again, ['invalid_client'], [400, 401])
    },
  ),
  must(
    'assertion.missing',
    'RFC 7521 §4.2',
    'A client that is registered for assertions is refused without one.',
    NEEDS,
    async (issuer) => {
      const authorization = await authorize(issuer, { client: 'assertion' })
      const credentials = { form: { client_id: issuer.client('assertion').id }, headers: {} }
      const answer = await redeem(issuer, authorization, 'assertion', {}, { credentials })
      expectError(answer, ['invalid_client', 'invalid_request'], [400, 401])
    },
  ),
]

export const clientAssertionSuite: Suite = {
  name: 'assertion',
  title: 'Client assertions (RFC 7523)',
  rules: [...ACCEPTED, ...REFUSED],
}
