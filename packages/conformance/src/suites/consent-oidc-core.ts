/** What a person is asked before a third party is told anything: OpenID Connect Core sections 3.1.2.1, 3.1.2.4 and 3.1.2.6. */
import { authorize, codeOf, expectErrorRedirect } from '../flows/authorize.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must } from '../rule/rule.ts'

export const CONSENT_RULES = [
  must(
    'oidc.consent-asked',
    'Core §3.1.2.4',
    'Before anything is told to a third party the person is asked, and only once.',
    ['client consent'],
    async (issuer) => {
      await resetConsent(issuer)
      const first = await authorize(issuer, { client: 'consent' })
      codeOf(first)
      expectEqual(first.journey.asked.includes('consent'), true, 'asked for consent')
      const second = await authorize(issuer, { client: 'consent' })
      codeOf(second)
      expectEqual(second.journey.asked, [], 'pages the second time')
    },
  ),
  must(
    'oidc.consent-denied',
    'Core §3.1.2.6',
    'When the person says no, the client hears access_denied.',
    ['client consent'],
    async (issuer) => {
      const changes = { prompt: 'consent' }
      const answer = await authorize(issuer, { client: 'consent', changes, consent: 'deny' })
      expectErrorRedirect(answer, 'access_denied')
    },
  ),
  must(
    'oidc.consent-required',
    'Core §3.1.2.6',
    'prompt=none without consent is consent_required (or interaction_required).',
    ['client consent', 'setting otherUser'],
    async (issuer) => {
      const browser = issuer.browser()
      const person = issuer.settings.otherUser ?? null
      await authorize(issuer, { browser, person })
      const answer = await authorize(issuer, {
        client: 'consent',
        browser,
        changes: { prompt: 'none' },
      })
      expectErrorRedirect(answer, 'consent_required', 'interaction_required')
    },
  ),
  must(
    'oidc.prompt-consent',
    'Core §3.1.2.1',
    'prompt=consent asks for consent although it was given.',
    ['client consent'],
    async (issuer) => {
      const changes = { prompt: 'consent' }
      const { journey } = await authorize(issuer, { client: 'consent', changes })
      expectEqual(journey.asked.includes('consent'), true, 'asked for consent')
    },
  ),
]

/** Consent of an earlier run would make the first rule pass without a question. */
async function resetConsent(issuer: Issuer): Promise<void> {
  const { journey } = await authorize(issuer, { client: 'consent', consent: 'stop' })
  if (journey.kind === 'page') return
  throw new NotOffered('the person has allowed this client already: withdraw it to test this')
}
