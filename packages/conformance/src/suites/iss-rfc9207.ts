/** The issuer in the authorization response: RFC 9207. */
import { type AuthorizeOptions, authorize } from '../flows/authorize.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['client basic', 'flag authorization_response_iss_parameter_supported'] as const

async function expectIss(issuer: Issuer, options: AuthorizeOptions): Promise<void> {
  const { journey } = await authorize(issuer, options)
  expectThat(journey.kind === 'returned', 'a page', 'an answer at the client')
  expectEqual(journey.parameters.get('iss'), issuer.settings.issuer, 'iss')
}

export const issSuite: Suite = {
  name: 'iss',
  title: 'Issuer identification (RFC 9207)',
  rules: [
    must('iss.success', 'RFC 9207 §2', 'A code comes with the issuer.', NEEDS, async (issuer) => {
      await expectIss(issuer, {})
    }),
    must('iss.error', 'RFC 9207 §2', 'An error comes with the issuer.', NEEDS, async (issuer) => {
      await expectIss(issuer, { changes: { response_type: 'no-such-type' } })
      const changes = { prompt: 'none' }
      await expectIss(issuer, { changes, browser: issuer.browser(), person: null })
    }),
    must(
      'iss.form-post',
      'RFC 9207 §2',
      'An answer by form_post comes with the issuer.',
      [...NEEDS, 'lists response_modes_supported form_post'],
      async (issuer) => await expectIss(issuer, { changes: { response_mode: 'form_post' } }),
    ),
    should(
      'iss.offered',
      'RFC 9700 §4.4.2.1',
      'The issuer names itself in its answers, and says so in the metadata.',
      [],
      async ({ metadata }) => {
        const name = 'authorization_response_iss_parameter_supported'
        expectEqual(metadata[name], true, name)
      },
    ),
  ],
}
