/** Step-up authentication, the part of the issuer: RFC 9470 section 5, OpenID Connect Core section 5.5.1.1. */
import { authorize, codeOf } from '../flows/authorize.ts'
import { jwtClaims } from '../flows/judge-jwt.ts'
import { signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, shown, textMember } from '../rule/expect.ts'
import { must, type Suite } from '../rule/rule.ts'

const NEEDS = ['client basic', 'setting acr', 'member acr_values_supported'] as const

function levels({ settings }: Issuer): { reached: string; beyond: string } {
  const [reached = '', beyond = ''] = settings.acr ?? []
  return { reached, beyond }
}

function essential(value: string): string {
  return JSON.stringify({ id_token: { acr: { essential: true, values: [value] } } })
}

export const stepUpSuite: Suite = {
  name: 'step-up',
  title: 'Step-up authentication (RFC 9470)',
  rules: [
    must(
      'step-up.listed',
      'RFC 9470 §7',
      'The levels of authentication are listed in the metadata.',
      NEEDS,
      async (issuer) => {
        const listed = issuer.metadata['acr_values_supported']
        const { reached, beyond } = levels(issuer)
        const areListed =
          Array.isArray(listed) && [reached, beyond].every((one) => listed.includes(one))
        expectThat(areListed, `acr_values_supported ${shown(listed)}`, shown([reached, beyond]))
      },
    ),
    must(
      'step-up.told',
      'RFC 9470 §6.1',
      'The level that was reached is in the ID token.',
      NEEDS,
      async (issuer) => {
        const { reached } = levels(issuer)
        const { body } = await signInTokens(issuer, {
          changes: { acr_values: reached },
          browser: issuer.browser(),
        })
        expectEqual(jwtClaims(textMember(body, 'id_token'))['acr'], reached, 'acr')
      },
    ),
    must(
      'step-up.voluntary',
      'Core §5.5.1.1',
      'A level asked for by acr_values that can not be reached is no error, and is not claimed.',
      NEEDS,
      async (issuer) => {
        const { beyond } = levels(issuer)
        const authorization = await authorize(issuer, {
          changes: { acr_values: `urn:example:no-such-level` },
          browser: issuer.browser(),
        })
        codeOf(authorization)
        const { body } = await signInTokens(issuer)
        expectThat(
          jwtClaims(textMember(body, 'id_token'))['acr'] !== beyond,
          beyond,
          'what was reached',
        )
      },
    ),
    must(
      'step-up.essential',
      'Core §5.5.1.1',
      'Without a level that is asked for as essential there is no code.',
      [...NEEDS, 'flag claims_parameter_supported'],
      async (issuer) => {
        const answer = await authorize(issuer, {
          changes: { claims: essential('urn:example:no-such-level') },
          browser: issuer.browser(),
        })
        const isCode = answer.journey.kind === 'returned' && answer.journey.parameters.has('code')
        expectThat(!isCode, 'a code', 'unmet_authentication_requirements, or another attempt')
      },
    ),
  ],
}
