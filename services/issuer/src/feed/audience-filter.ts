import { isUserSubject, type LogEntry } from '@latchkey/protocol'

/** A service is told only what can concern its tokens; the offset stays, so that the sequence has no hole. */
export function entryFor(audience: string, entry: LogEntry): LogEntry {
  return concerns(audience, entry) ? entry : { ...entry, k: 'none', v: '' }
}

function concerns(audience: string, entry: LogEntry): boolean {
  if (entry.k === 'service') return entry.v === audience
  if (entry.k !== 'stale') return true
  const aboutSubject = isUserSubject(entry.v) || entry.v.startsWith('svc:')
  return aboutSubject || entry.v === audience
}
