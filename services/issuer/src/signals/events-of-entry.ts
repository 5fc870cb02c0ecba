/** Which security events an entry of the revocation log is: CAEP 1.0 section 3, docs/protocol/signals.md. */
import type { LoggedEntry } from '@latchkey/store'
import { entryExpiresAt } from '../ending/end.ts'
import { EVENT } from './event-types.ts'
import { whyMembers } from './reasons.ts'

/** Whom an event is about, before it is written as one receiver knows them. */
export type EventSubject =
  | { readonly kind: 'session'; readonly sid: string; readonly sub: string }
  | { readonly kind: 'user'; readonly sub: string }
  | { readonly kind: 'everybody' }

export interface EntryEvent {
  readonly type: string
  readonly subject: EventSubject
  readonly members: Readonly<Record<string, unknown>>
}

const CREDENTIALS: Readonly<Record<string, string>> = {
  password_changed: 'password',
  /** An authenticator app. */
  one_time_code_changed: 'app',
}

/**
 * Of `token` entries nobody hears: the log does not say which client held it, and the one that gave it back knows. `client`,
 * `service` and `key` are no news about people, and the services hear of them by the feed. The canary is nobody.
 */
export function eventsOfEntry(entry: LoggedEntry): EntryEvent[] {
  if (entry.r === 'canary') return []
  const subject = subjectOf(entry)
  if (subject === undefined) return []
  const reason = entry.r ?? (entry.k === 'stale' ? 'permissions_changed' : 'emergency')
  const members = { event_timestamp: endedAt(entry), ...whyMembers(reason) }
  if (entry.k === 'stale') return [{ type: EVENT.tokenClaimsChange, subject, members }]
  if (subject.kind === 'everybody') return [{ type: EVENT.everythingRevoked, subject, members }]
  const revoked = { type: EVENT.sessionRevoked, subject, members }
  const credential = CREDENTIALS[reason]
  if (credential === undefined) return [revoked]
  const changed = { credential_type: credential, change_type: 'update', ...members }
  const person = { kind: 'user', sub: subject.sub } as const
  return [revoked, { type: EVENT.credentialChange, subject: person, members: changed }]
}

function subjectOf(entry: LoggedEntry): EventSubject | undefined {
  switch (entry.k) {
    case 'session':
      return entry.s === undefined ? undefined : { kind: 'session', sid: entry.v, sub: entry.s }
    case 'user':
      return { kind: 'user', sub: entry.v }
    case 'stale':
      // The other ones are about an audience.
      return entry.v.startsWith('u_') ? { kind: 'user', sub: entry.v } : undefined
    case 'all':
      // It stands in every partition.
      return entry.p === 0 ? { kind: 'everybody' } : undefined
    default:
      return undefined
  }
}

/** The entry says when it goes; how long it stays is the same for all of these. */
function endedAt(entry: LoggedEntry): number {
  return entry.x - entryExpiresAt(0)
}
