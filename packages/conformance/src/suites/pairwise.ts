/** Pairwise subjects: OpenID Connect Core section 8.1. */
import { callUserinfo } from '../flows/call-userinfo.ts'
import { jwtClaims } from '../flows/judge-jwt.ts'
import { signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectStatus, expectThat, jsonOf, textMember } from '../rule/expect.ts'
import { must, type Suite } from '../rule/rule.ts'
import type { ClientRole } from '../settings/client-roles.ts'

const NEEDS = ['client pairwise', 'lists subject_types_supported pairwise'] as const

async function subjectAt(issuer: Issuer, role: ClientRole): Promise<string> {
  const { body } = await signInTokens(issuer, { client: role })
  return textMember(jwtClaims(textMember(body, 'id_token')), 'sub')
}

export const pairwiseSuite: Suite = {
  name: 'pairwise',
  title: 'Pairwise subjects (OpenID Connect Core)',
  rules: [
    must(
      'pairwise.sectors',
      'Core §8.1',
      'Two sectors know the same person by different subjects.',
      [...NEEDS, 'client pairwise_other'],
      async (issuer) => {
        const [first, second] = [
          await subjectAt(issuer, 'pairwise'),
          await subjectAt(issuer, 'pairwise_other'),
        ]
        expectThat(first !== second, 'the same subject', 'different subjects')
      },
    ),
    must(
      'pairwise.not-public',
      'Core §8.1',
      'The pairwise subject is not the public one.',
      [...NEEDS, 'client basic'],
      async (issuer) => {
        const [pairwise, open] = [
          await subjectAt(issuer, 'pairwise'),
          await subjectAt(issuer, 'basic'),
        ]
        expectThat(pairwise !== open, 'the public subject', 'another one')
      },
    ),
    must(
      'pairwise.stable',
      'Core §8.1',
      'In one sector the subject stays the same.',
      NEEDS,
      async (issuer) => {
        const first = await subjectAt(issuer, 'pairwise')
        expectEqual(await subjectAt(issuer, 'pairwise'), first, 'sub')
      },
    ),
    must(
      'pairwise.userinfo',
      'Core §5.3.2',
      'User info has the same subject as the ID token.',
      [...NEEDS, 'endpoint userinfo_endpoint'],
      async (issuer) => {
        const { body, accessToken } = await signInTokens(issuer, { client: 'pairwise' })
        const answer = await callUserinfo(issuer, accessToken)
        expectStatus(answer, 200)
        const sub = jwtClaims(textMember(body, 'id_token'))['sub']
        expectEqual(jsonOf(answer)['sub'], sub, 'sub')
      },
    ),
  ],
}
