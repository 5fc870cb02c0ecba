import { type EntryKind, isUserSubject, type LogEntry } from '@latchkey/protocol'
import type { LoggedEntry } from '@latchkey/store'

/** Of these a service learns why, so that its page can tell the person. */
const WITH_REASON: ReadonlySet<EntryKind> = new Set(['token', 'session', 'user'])

/**
 * What a service is told of an entry: only what can concern its tokens, and not whose they were. The offset stays, so that the
 * sequence has no hole.
 */
export function entryFor(audience: string, entry: LoggedEntry): LogEntry {
  const { p, o, k, v, x, d, r } = entry
  if (!concerns(audience, entry)) return { p, o, k: 'none', v: '', x, d }
  return r !== undefined && WITH_REASON.has(k) ? { p, o, k, v, x, d, r } : { p, o, k, v, x, d }
}

/** Whether a service is told what the entry says, or only that there is one. */
export function concerns(audience: string, entry: LoggedEntry): boolean {
  if (entry.k === 'token') return entry.a === undefined || entry.a === audience
  if (entry.k === 'service') return entry.v === audience
  if (entry.k !== 'stale') return true
  const aboutSubject = isUserSubject(entry.v) || entry.v.startsWith('svc:')
  return aboutSubject || entry.v === audience
}
