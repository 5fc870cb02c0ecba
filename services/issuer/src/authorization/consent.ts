/** What a person allowed an app to know and do: OpenID Connect Core section 3.1.2.4. */
import type { Client, Consent, Consents, PlannedEnd } from '@latchkey/directory'
import { type Actor, type Clock, nowSeconds, type RoutesDetail } from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import { liesWithin } from '../checks/shared-routes.ts'
import type { EndingChange } from '../ending/ending-change.ts'

/**
 * Nobody can decline these: `openid` is the sign-in itself, and `offline_access` gives nothing by itself, since refresh tokens
 * end with the session (Core section 11 lets them).
 */
const ALWAYS: ReadonlySet<string> = new Set(['openid', 'offline_access'])

/** What is asked for, or was granted, or stands in a token. */
export interface ConsentScope {
  readonly scope: string
  readonly audience: string
  /** What the client narrows itself to; absent: whatever the person may do at the service. */
  readonly details?: readonly RoutesDetail[] | undefined
}

type ConsentClient = Pick<Client, 'id' | 'firstParty' | 'services'>

/** The words of a scope that the person may allow or decline. */
export function optionalScopes(scope: string): readonly string[] {
  return scope.split(' ').filter((word) => word !== '' && !ALWAYS.has(word))
}

/** The service that an app may call for the person by a token for this audience; undefined: user info only. */
export function calledService(
  client: Pick<Client, 'services'>,
  audience: string,
): string | undefined {
  return client.services.includes(audience) ? audience : undefined
}

/** Whether the person was asked all of this before, whatever the answers were: then the app is not worth another page. */
export function answeredBefore(
  consent: Consent | undefined,
  client: ConsentClient,
  asked: ConsentScope,
): boolean {
  if (consent === undefined) return false
  const answered = [...consent.granted, ...consent.declined]
  return (
    optionalScopes(asked.scope).every((word) => answered.includes(word)) &&
    allowsService(consent, client, asked)
  )
}

/** The part of a scope that these words allow, in the order of the scope. */
export function allowedScope(scope: string, granted: readonly string[]): string {
  const words = scope.split(' ').filter((word) => ALWAYS.has(word) || granted.includes(word))
  return words.join(' ')
}

/**
 * Whether the person still allows what a code or a refresh token was given for. Nobody is asked about the operator's own
 * apps, and nothing is looked up for them.
 */
export async function consentCovers(
  consents: Pick<Consents, 'find'>,
  client: ConsentClient,
  sub: string,
  asked: ConsentScope,
): Promise<boolean> {
  if (client.firstParty) return true
  const consent = await consents.find(sub, client.id)
  if (consent === undefined) return false
  return (
    optionalScopes(asked.scope).every((word) => consent.granted.includes(word)) &&
    allowsService(consent, client, asked)
  )
}

export interface RememberConsentDeps {
  readonly clock: Clock
  readonly endingChange: EndingChange
}

/**
 * Notes the answers beside those to what was not asked this time. Who does not allow something any more takes it back: access
 * tokens that may have it end here, codes and refresh tokens when they are used.
 */
export async function rememberConsent(
  client: ConsentClient,
  { sub, sid }: Pick<SessionRecord, 'sub' | 'sid'>,
  answer: ConsentScope & { readonly granted: readonly string[] },
  { clock, endingChange }: RememberConsentDeps,
): Promise<void> {
  const actor = { sub, clientId: client.id, sid }
  const service = calledService(client, answer.audience)
  const asked = optionalScopes(answer.scope)
  const declined = asked.filter((word) => !answer.granted.includes(word))
  await endingChange(async ({ consents, audit }) => {
    const before = await consents.find(sub, client.id)
    await consents.save(together(before, { sub, clientId: client.id }, answer, service))
    await audit.append({
      ...{ at: nowSeconds(clock), actor, action: 'consent.give', target: `client ${client.id}` },
      ...{
        reason: 'self',
        detail: { granted: answer.granted.slice(0, 64), declined, service: service ?? null },
      },
    })
    const isLess = before !== undefined && declined.length > 0
    return { result: undefined, ends: isLess ? [consentWithdrawn(actor)] : [] }
  })
}

/** What somebody has taken back, stands in access tokens for as long as they live. */
export function consentWithdrawn(actor: Actor): PlannedEnd {
  return { target: { kind: 'stale', about: actor.sub }, reason: 'consent_withdrawn', actor }
}

/** The new answers beside the others. */
function together(
  before: Consent | undefined,
  whose: Pick<Consent, 'sub' | 'clientId'>,
  answer: ConsentScope & { readonly granted: readonly string[] },
  service: string | undefined,
) {
  const asked = optionalScopes(answer.scope)
  const untouched = (words: readonly string[] = []) => words.filter((word) => !asked.includes(word))
  const declined = asked.filter((word) => !answer.granted.includes(word))
  return {
    ...whose,
    granted: [...untouched(before?.granted), ...answer.granted],
    declined: [...untouched(before?.declined), ...declined],
    audiences: [
      ...new Set([...(before?.audiences ?? []), ...(service === undefined ? [] : [service])]),
    ],
    routes: service === undefined ? (before?.routes ?? {}) : shownRoutes(before, service, answer),
  }
}

/** An app that asks for other routes each time is remembered by what it asked last. */
const MOST_ROUTES = 512

/** Routes by service, for those that were allowed in part: RFC 9396 section 9, the person allows what the page has shown. */
function shownRoutes(
  before: Consent | undefined,
  service: string,
  { details }: ConsentScope,
): Record<string, readonly string[]> {
  const { [service]: earlier, ...others } = before?.routes ?? {}
  const wasWhole = earlier === undefined && before?.audiences.includes(service) === true
  if (details === undefined || wasWhole) return others
  const shown = new Set(routesAt(details, service))
  const all = new Set([...shown, ...(earlier ?? [])])
  return { ...others, [service]: [...(all.size > MOST_ROUTES ? shown : all)] }
}

/** Who was shown some routes of a service has not allowed the others. */
function allowsService(
  consent: Consent,
  client: ConsentClient,
  { audience, details }: ConsentScope,
): boolean {
  const service = calledService(client, audience)
  if (service === undefined) return true
  if (!consent.audiences.includes(service)) return false
  const shown = consent.routes?.[service]
  if (shown === undefined) return true
  return details !== undefined && liesWithin(routesAt(details, service), shown)
}

function routesAt(details: readonly RoutesDetail[], service: string): readonly string[] {
  return details.filter(({ locations }) => locations[0] === service).flatMap(({ routes }) => routes)
}
