/** What the issuer gives for a page of this app that wants to hear about its session: docs/protocol/session-events.md. */
import type { IssuerFetch } from './issuer-fetch.ts'
import { LOGIN_LIMITS } from './limits.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'

export type TicketOutcome =
  | { readonly kind: 'issued'; readonly ticket: SessionTicket }
  /** The issuer knows no living session of this token. */
  | { readonly kind: 'over' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** As it goes to the page. */
export interface SessionTicket {
  readonly ticket: string
  readonly expires_in: number
  readonly events_endpoint: string
}

export type TicketFor = (session: Session) => Promise<TicketOutcome>

/** The refresh token is shown and not redeemed: informing a page does not keep its session alive. */
export function sessionTickets(settings: Settings, fetchIssuer: IssuerFetch): TicketFor {
  return async ({ refreshToken, accessToken }) => {
    const form = new URLSearchParams({ token: refreshToken ?? accessToken })
    const { clientId, clientSecret } = settings
    if (clientSecret === undefined) form.set('client_id', clientId)
    try {
      const response = await fetchIssuer(`${settings.issuer}/session/ticket`, {
        method: 'POST',
        body: form,
        headers: clientSecret === undefined ? {} : { authorization: basic(clientId, clientSecret) },
        redirect: 'error',
        signal: AbortSignal.timeout(LOGIN_LIMITS.issuerTimeoutSeconds * 1000),
      })
      const answer: unknown = await response.json()
      return outcomeOf(response.status, answer, settings.issuer)
    } catch {
      return { kind: 'unavailable', reason: 'no_answer' }
    }
  }
}

function outcomeOf(status: number, answer: unknown, issuer: string): TicketOutcome {
  const { error, ticket, expires_in, events_endpoint } = (answer ?? {}) as Record<string, unknown>
  if (status === 400 && error === 'invalid_grant') return { kind: 'over' }
  const isTicket =
    status === 200 &&
    typeof ticket === 'string' &&
    typeof expires_in === 'number' &&
    typeof events_endpoint === 'string' &&
    // The page shows its ticket there.
    URL.parse(events_endpoint)?.origin === new URL(issuer).origin
  return isTicket
    ? { kind: 'issued', ticket: { ticket, expires_in, events_endpoint } }
    : { kind: 'unavailable', reason: `status_${status}` }
}

/** RFC 6749 section 2.3.1: both are form-urlencoded first. */
function basic(clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map((text) =>
    String(new URLSearchParams({ '': text })).slice(1),
  )
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
