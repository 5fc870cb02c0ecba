/** Proof Key for Code Exchange: RFC 7636, RFC 9700 sections 2.1.1 and 4.8. */
import { authorize, codeOf, expectErrorRedirect } from '../flows/authorize.ts'
import { challengeOf, proofKey } from '../flows/proof-key.ts'
import { granted, redeem } from '../flows/tokens.ts'
import { expectError } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

export const pkceSuite: Suite = {
  name: 'pkce',
  title: 'Proof Key for Code Exchange (RFC 7636)',
  rules: [
    must(
      'pkce.s256',
      'RFC 7636 §4.6',
      'A code requested with a challenge is redeemed with its verifier.',
      ['client basic'],
      async (issuer) => void granted(await redeem(issuer, await authorize(issuer))),
    ),
    must(
      'pkce.longest-verifier',
      'RFC 7636 §4.1',
      'Verifiers may have up to 128 characters of the unreserved set.',
      ['client basic'],
      async (issuer) => {
        const code_verifier = '-._~aZ09'.repeat(16)
        const changes = { code_challenge: challengeOf(code_verifier) }
        const authorization = await authorize(issuer, { changes })
        granted(await redeem(issuer, authorization, 'basic', { code_verifier }))
      },
    ),
    must(
      'pkce.verifier-wrong',
      'RFC 7636 §4.6',
      'Another verifier is invalid_grant.',
      ['client basic'],
      async (issuer) => {
        const authorization = await authorize(issuer)
        const changes = { code_verifier: proofKey().verifier }
        expectError(await redeem(issuer, authorization, 'basic', changes), ['invalid_grant'])
      },
    ),
    must(
      'pkce.verifier-missing',
      'RFC 7636 §4.6',
      'A code requested with a challenge is not redeemed without verifier.',
      ['client basic'],
      async (issuer) => {
        const authorization = await authorize(issuer)
        const answer = await redeem(issuer, authorization, 'basic', { code_verifier: undefined })
        expectError(answer, ['invalid_grant', 'invalid_request'])
      },
    ),
    must(
      'pkce.verifier-is-challenge',
      'RFC 7636 §7.2',
      'The challenge itself does not pass as verifier.',
      ['client basic'],
      async (issuer) => {
        const authorization = await authorize(issuer)
        const changes = { code_verifier: authorization.request.proofKey.challenge }
        expectError(await redeem(issuer, authorization, 'basic', changes), ['invalid_grant'])
      },
    ),
    should(
      'pkce.plain',
      'RFC 9700 §2.1.1',
      'The method plain, which shows the verifier, is refused.',
      ['client basic'],
      async (issuer) => {
        const { verifier } = proofKey()
        const changes = { code_challenge: verifier, code_challenge_method: 'plain' }
        expectErrorRedirect(await authorize(issuer, { changes }), 'invalid_request')
      },
    ),
    should(
      'pkce.method-missing',
      'RFC 7636 §4.3',
      'A challenge without method means plain, and is refused where plain is.',
      ['client basic'],
      async (issuer) => {
        const changes = { code_challenge_method: undefined }
        expectErrorRedirect(await authorize(issuer, { changes }), 'invalid_request')
      },
    ),
    must(
      'pkce.method-unknown',
      'RFC 7636 §4.4.1',
      'An unknown method is invalid_request.',
      ['client basic'],
      async (issuer) => {
        const changes = { code_challenge_method: 'S1024' }
        expectErrorRedirect(await authorize(issuer, { changes }), 'invalid_request')
      },
    ),
    must(
      'pkce.challenge-malformed',
      'RFC 7636 §4.2',
      'A challenge that can be no S256 is invalid_request.',
      ['client basic'],
      async (issuer) => {
        const changes = { code_challenge: 'short' }
        expectErrorRedirect(await authorize(issuer, { changes }), 'invalid_request')
      },
    ),
    must(
      'pkce.public-required',
      'RFC 9700 §2.1.1',
      'A public client without challenge is refused.',
      ['client public'],
      async (issuer) => {
        const changes = { code_challenge: undefined, code_challenge_method: undefined }
        const answer = await authorize(issuer, { client: 'public', changes })
        expectErrorRedirect(answer, 'invalid_request')
      },
    ),
    must(
      'pkce.left-out',
      'Core §3.1.2.1',
      'A client that is registered to do without needs no challenge.',
      ['client no_pkce'],
      async (issuer) => {
        const authorization = await authorize(issuer, { client: 'no_pkce', changes: WITHOUT })
        codeOf(authorization)
        granted(await redeem(issuer, authorization, 'no_pkce'))
      },
    ),
    must(
      'pkce.downgrade',
      'RFC 9700 §4.8.2',
      'A verifier for a code that was requested without challenge is refused.',
      ['client no_pkce'],
      async (issuer) => {
        const authorization = await authorize(issuer, { client: 'no_pkce', changes: WITHOUT })
        const changes = { code_verifier: proofKey().verifier }
        const answer = await redeem(issuer, authorization, 'no_pkce', changes)
        expectError(answer, ['invalid_grant', 'invalid_request'])
      },
    ),
  ],
}

const WITHOUT = { code_challenge: undefined, code_challenge_method: undefined }
