/** Resource indicators: RFC 8707. */
import { authorize, expectErrorRedirect } from '../flows/authorize.ts'
import { jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { granted, redeem, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectError } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite } from '../rule/rule.ts'

const NEEDS = ['client resource', 'setting resources'] as const

function resource(issuer: Issuer, index: 0 | 1 | 2): string {
  const found = issuer.settings.resources?.[index]
  if (found === undefined) throw new NotOffered('the settings have fewer than three resources')
  return found
}

/** Only an access token that can be read shows its audience. */
function expectAudience(accessToken: string, expected: string): void {
  if (jwtHeader(accessToken) === undefined) throw new NotOffered('the access token is no JWT')
  expectEqual([jwtClaims(accessToken)['aud']].flat(), [expected], 'aud')
}

export const resourceSuite: Suite = {
  name: 'resource',
  title: 'Resource indicators (RFC 8707)',
  rules: [
    must(
      'resource.audience',
      'RFC 8707 §2',
      'The resource of the authorization request becomes the audience of the access token.',
      NEEDS,
      async (issuer) => {
        for (const index of [0, 1] as const) {
          const wanted = resource(issuer, index)
          const { accessToken } = await signInTokens(issuer, {
            client: 'resource',
            changes: { resource: wanted },
          })
          expectAudience(accessToken, wanted)
        }
      },
    ),
    must(
      'resource.not-allowed',
      'RFC 8707 §2',
      'A resource that the client may not ask for is invalid_target.',
      NEEDS,
      async (issuer) => {
        const changes = { resource: resource(issuer, 2) }
        const answer = await authorize(issuer, { client: 'resource', changes })
        expectErrorRedirect(answer, 'invalid_target')
      },
    ),
    must(
      'resource.relative',
      'RFC 8707 §2',
      'A resource that is no absolute URI is invalid_target.',
      NEEDS,
      async (issuer) => {
        const changes = { resource: '/orders' }
        expectErrorRedirect(
          await authorize(issuer, { client: 'resource', changes }),
          'invalid_target',
        )
      },
    ),
    must(
      'resource.fragment',
      'RFC 8707 §2',
      'A resource with a fragment is invalid_target.',
      NEEDS,
      async (issuer) => {
        const changes = { resource: `${resource(issuer, 0)}#part` }
        expectErrorRedirect(
          await authorize(issuer, { client: 'resource', changes }),
          'invalid_target',
        )
      },
    ),
    must(
      'resource.token-request',
      'RFC 8707 §2.2',
      'A resource of the token request that was not granted is invalid_target.',
      NEEDS,
      async (issuer) => {
        const changes = { resource: resource(issuer, 0) }
        const authorization = await authorize(issuer, { client: 'resource', changes })
        const form = { resource: resource(issuer, 2) }
        expectError(await redeem(issuer, authorization, 'resource', form), ['invalid_target'])
      },
    ),
    must(
      'resource.token-request-same',
      'RFC 8707 §2.2',
      'The resource may be named again in the token request.',
      NEEDS,
      async (issuer) => {
        const wanted = resource(issuer, 0)
        const authorization = await authorize(issuer, {
          client: 'resource',
          changes: { resource: wanted },
        })
        const answer = await redeem(issuer, authorization, 'resource', { resource: wanted })
        expectAudience(granted(answer).accessToken, wanted)
      },
    ),
    must(
      'resource.refresh',
      'RFC 8707 §2.2',
      'A refresh for a resource that was not granted is invalid_target.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const changes = { resource: resource(issuer, 0) }
        const { body } = await signInTokens(issuer, { client: 'resource', changes })
        const form = { resource: resource(issuer, 2) }
        const answer = await refresh(issuer, 'resource', refreshTokenOf(body), form)
        expectError(answer, ['invalid_target'])
      },
    ),
    must(
      'resource.several',
      'RFC 8707 §2.2',
      'Of several granted resources a token request picks one; an issuer that grants one only says invalid_target.',
      NEEDS,
      async (issuer) => {
        const [first, second] = [resource(issuer, 0), resource(issuer, 1)]
        const authorization = await authorize(issuer, {
          client: 'resource',
          changes: { resource: first },
          extra: `&${new URLSearchParams({ resource: second })}`,
        })
        const { journey } = authorization
        const isCode = journey.kind === 'returned' && journey.parameters.has('code')
        if (!isCode) return expectErrorRedirect(authorization, 'invalid_target')
        const answer = await redeem(issuer, authorization, 'resource', { resource: second })
        expectAudience(granted(answer).accessToken, second)
      },
    ),
  ],
}
