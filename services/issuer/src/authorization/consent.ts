/** What a person allowed an app to know and do: OpenID Connect Core section 3.1.2.4. */
import type { Client, Consent, Consents } from '@latchkey/directory'

/**
 * Nobody can decline these: `openid` is the sign-in itself, and `offline_access` gives nothing by itself, since refresh tokens
 * end with the session (Core section 11 lets them).
 */
const ALWAYS: ReadonlySet<string> = new Set(['openid', 'offline_access'])

/** What is asked for, or was granted, or stands in a token. */
export interface ConsentScope {
  readonly scope: string
  readonly audience: string
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
    allowsAudience(consent, client, asked.audience)
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
  { scope, audience }: ConsentScope,
): Promise<boolean> {
  if (client.firstParty) return true
  const consent = await consents.find(sub, client.id)
  if (consent === undefined) return false
  return (
    optionalScopes(scope).every((word) => consent.granted.includes(word)) &&
    allowsAudience(consent, client, audience)
  )
}

/** Notes the answers beside those to what was not asked this time. */
export async function rememberConsent(
  consents: Consents,
  client: ConsentClient,
  sub: string,
  answer: ConsentScope & { readonly granted: readonly string[] },
): Promise<void> {
  const before = await consents.find(sub, client.id)
  const asked = optionalScopes(answer.scope)
  const untouched = (words: readonly string[] = []) => words.filter((word) => !asked.includes(word))
  const service = calledService(client, answer.audience)
  await consents.save({
    sub,
    clientId: client.id,
    granted: [...untouched(before?.granted), ...answer.granted],
    declined: [
      ...untouched(before?.declined),
      ...asked.filter((word) => !answer.granted.includes(word)),
    ],
    audiences: [
      ...new Set([...(before?.audiences ?? []), ...(service === undefined ? [] : [service])]),
    ],
  })
}

function allowsAudience(consent: Consent, client: ConsentClient, audience: string): boolean {
  return calledService(client, audience) === undefined || consent.audiences.includes(audience)
}
