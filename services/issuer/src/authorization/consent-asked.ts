import type { Consent, Services, Users } from '@latchkey/directory'
import type { SessionRecord } from '@latchkey/store'
import type { ConsentPage } from '../pages/consent-page.ts'
import { calledService, optionalScopes } from './consent.ts'
import type { AskedRequest } from './read-request.ts'

export type ConsentFacts = Omit<ConsentPage, 'locale' | 'action' | 'hidden' | 'returnTo'>

/** What a page of consent has to say about a request: who asks whom for what, and what was answered before. */
export async function consentAsked(
  asked: Pick<AskedRequest, 'client' | 'consentScope' | 'audience' | 'details'>,
  decision: {
    readonly session: Pick<SessionRecord, 'sub'>
    readonly before: Consent | undefined
  },
  deps: {
    readonly users: Pick<Users, 'find'>
    readonly services: Pick<Services, 'find'>
  },
): Promise<ConsentFacts> {
  const { client } = asked
  const user = await deps.users.find(decision.session.sub)
  const audience = calledService(client, asked.audience)
  const service = audience === undefined ? undefined : await deps.services.find(audience)
  return {
    clientName: client.name,
    isKept: !client.firstParty,
    user: { username: user?.username ?? '', name: user?.name ?? '' },
    scopes: optionalScopes(asked.consentScope).map((scope) => ({
      scope,
      isAllowed: !decision.before?.declined.includes(scope),
    })),
    ...(audience !== undefined && { service: service?.name ?? audience }),
    routes: (asked.details ?? []).flatMap(({ routes }) => routes),
    ...(client.policyUri !== undefined && { policyUri: client.policyUri }),
    ...(client.tosUri !== undefined && { tosUri: client.tosUri }),
  }
}
