/** Whose pages an entry of the revocation log concerns, and what they are told. */
import type { LogEntry, Position, SessionMessage } from '@latchkey/protocol'

/** Under what a page is found: `session s0_…`, `user u_…`, `client …`, `service …` (an audience). */
export type PageName = `${'session' | 'user' | 'client' | 'service'} ${string}`

export interface EntryNews {
  readonly whose: PageName | 'everybody'
  readonly message: Extract<SessionMessage, { t: 'ended' | 'changed' }>
}

/** Undefined: no page has to hear of it. What a key or a quarantined service takes away, a refresh brings back. */
export function newsOf({ k, v, r }: LogEntry): EntryNews | undefined {
  switch (k) {
    case 'session':
      return { whose: `session ${v}`, message: ended(r) }
    case 'user':
      return { whose: `user ${v}`, message: ended(r) }
    case 'client':
      return { whose: `client ${v}`, message: ended('client_disabled') }
    case 'all':
      return { whose: 'everybody', message: ended('emergency') }
    case 'stale':
      // It names a person or an audience, and only people begin with `u_`.
      return { whose: v.startsWith('u_') ? `user ${v}` : `service ${v}`, message: { t: 'changed' } }
    case 'token':
    case 'service':
    case 'key':
    case 'none':
      return undefined
  }
}

export function ended(reason: LogEntry['r']): Extract<SessionMessage, { t: 'ended' }> {
  return reason === undefined ? { t: 'ended' } : { t: 'ended', reason }
}

/** Whether an entry was appended after a position: those of one partition compare by epoch, then offset; others not at all. */
export function isAfter(position: Position, epoch: number, { p, o }: LogEntry): boolean {
  if (p !== position.partition) return false
  return position.epoch < epoch || (position.epoch === epoch && position.offset < o)
}
