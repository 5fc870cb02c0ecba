/** An audit record as one line of text: the form that is sealed, chained and exported (docs/operate/audit.md). It never changes. */

/** What a record says. Wire names are given to the members where the line is written. */
export interface AuditFacts {
  readonly id: number
  readonly at: number
  readonly actor: {
    readonly sub: string
    readonly clientId?: string
    readonly sid?: string
    readonly address?: string
    readonly requestId?: string
  }
  readonly action: string
  readonly target: string
  readonly reason: string
  /** Canonical JSON (RFC 8785) of an object. */
  readonly detail: string
  /** Digest of the record before it; '' of the first. */
  readonly previous: string
}

/** What binds a record to those before it. */
export interface AuditLink {
  /** Over everything but itself and the digest, under the issuer's key; '' where there was none. */
  readonly seal: string
  /** Over everything but itself. */
  readonly digest: string
}

/**
 * RFC 8785: members sorted, no blanks. Without `link` it is the text that the seal is computed over; with a seal alone the
 * text of the digest; with both the line of an export.
 */
export function auditLine(facts: AuditFacts, link: Partial<AuditLink> = {}): string {
  const { actor } = facts
  const members = [
    `{"action":${text(facts.action)}`,
    `"actor":{${[
      ...member('address', actor.address),
      ...member('client_id', actor.clientId),
      ...member('request_id', actor.requestId),
      ...member('sid', actor.sid),
      ...member('sub', actor.sub),
    ].join(',')}}`,
    `"at":${facts.at}`,
    `"detail":${facts.detail}`,
    ...member('digest', link.digest),
    `"id":${facts.id}`,
    `"previous":${text(facts.previous)}`,
    `"reason":${text(facts.reason)}`,
    ...member('seal', link.seal),
    `"target":${text(facts.target)}}`,
  ]
  return members.join(',')
}

const text = (value: string): string => JSON.stringify(value)

function member(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`"${name}":${text(value)}`]
}
