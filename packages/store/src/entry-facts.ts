import type { EndReason, EndTarget } from '@latchkey/protocol'
import type { LoggedEntry } from './store.ts'

/** An entry before it has its place in the log. */
export type EntryFacts = Omit<LoggedEntry, 'p' | 'o' | 'd'>

/** Of these a page can tell its person why; of the others nobody is told more than that it ended. */
const WITH_REASON: ReadonlySet<EndTarget['kind']> = new Set(['token', 'session', 'user'])

/**
 * What the entry of an end says. `value` is how the log names the target; `sub` whose session it was, when known.
 */
export function entryFacts(
  target: EndTarget,
  { value, sub }: { value: string; sub?: string | undefined },
  { reason, entryExpiresAt }: { reason: EndReason; entryExpiresAt: number },
): EntryFacts {
  const whose = target.kind === 'token' ? target.sub : sub
  return {
    k: target.kind,
    v: value,
    x: entryExpiresAt,
    ...(WITH_REASON.has(target.kind) && { r: reason }),
    ...(whose && { s: whose }),
    ...(target.kind === 'token' && target.aud !== undefined && { a: target.aud }),
  }
}
