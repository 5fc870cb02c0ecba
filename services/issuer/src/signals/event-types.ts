/** Types of security events: CAEP 1.0 section 3, Shared Signals Framework 1.0 sections 8.1.4.1 and 8.1.5. */
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type'

export const EVENT = {
  sessionRevoked: `${CAEP}/session-revoked`,
  credentialChange: `${CAEP}/credential-change`,
  tokenClaimsChange: `${CAEP}/token-claims-change`,
  /** Ours, because CAEP has none: every session of everybody has ended. Its subject is the issuer. */
  everythingRevoked: 'urn:latchkey:event:everything-revoked',
  verification: `${SSF}/verification`,
  streamUpdated: `${SSF}/stream-updated`,
} as const

/** What a stream may ask for. The other two belong to every stream. */
export const EVENTS_SUPPORTED: readonly string[] = [
  EVENT.sessionRevoked,
  EVENT.credentialChange,
  EVENT.tokenClaimsChange,
  EVENT.everythingRevoked,
]

/** Section 8.1.1: what was asked for and is known. */
export function eventsDelivered(requested: readonly string[]): string[] {
  return EVENTS_SUPPORTED.filter((event) => requested.includes(event))
}
