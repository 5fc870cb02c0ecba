import type { Clock } from '@latchkey/protocol'
import type { EndOutcome, SessionRecord, SessionStore } from '@latchkey/store'
import type { End } from '../ending/end.ts'
import type { AdminTarget } from './admin-target.ts'
import type { Wish } from './run-end.ts'
import { scanSessions } from './scan-sessions.ts'

/** How far a scan is; in the form of an outcome with the newest entry of each partition. */
export interface ScanProgress extends EndOutcome {
  readonly done: number
  readonly total?: number
}

export interface EndByScanDeps {
  readonly end: End
  readonly sessions: Pick<SessionStore, 'scan'>
  readonly clock: Clock
}

export type ScanTarget = Extract<AdminTarget, { kind: 'signed_in_before' }>

/** More would keep the store from its other work. */
const AT_ONCE = 16
/** Counting is a courtesy: whoever watches wants to see it begin. */
const COUNT_MS = 2000

export const signedInBefore =
  ({ at }: ScanTarget) =>
  (session: SessionRecord): boolean =>
    session.authTime < at

/**
 * Ends sessions one by one, each as if it had been asked for alone. Sessions that begin meanwhile are younger than `at`. Throws
 * what the store throws; what was ended stays so, and asking again goes on with the rest.
 */
export function endByScan(deps: EndByScanDeps) {
  return async (
    { target, reason, actor }: Wish & { target: ScanTarget },
    progress: (so: ScanProgress) => void,
  ): Promise<ScanProgress> => {
    const isMeant = signedInBefore(target)
    const total = await count(isMeant, deps)
    const newest = new Map<number, EndOutcome['entries'][number]>()
    let [done, epoch] = [0, 0]
    const so = (): ScanProgress => {
      const entries = [...newest.values()].sort((a, b) => a.p - b.p)
      return { done, epoch, entries, ...(total !== undefined && { total }) }
    }

    async function endOne({ sid }: SessionRecord): Promise<void> {
      const outcome = await deps.end({ kind: 'session', sid }, reason, actor)
      const [entry] = outcome.entries
      if (!entry) return
      done += 1
      if (epoch === 0) epoch = outcome.epoch
      const before = newest.get(entry.p)
      if (!before || entry.o > before.o) newest.set(entry.p, entry)
    }

    await scanSessions(deps, Number.POSITIVE_INFINITY, async (page) => {
      const meant = page.filter(isMeant)
      for (let from = 0; from < meant.length; from += AT_ONCE) {
        await Promise.all(meant.slice(from, from + AT_ONCE).map(endOne))
      }
      progress(so())
    })
    return so()
  }
}

async function count(
  isMeant: (session: SessionRecord) => boolean,
  deps: EndByScanDeps,
): Promise<number | undefined> {
  const found = new Set<string>()
  const untilMs = deps.clock.monotonicMs() + COUNT_MS
  const whole = await scanSessions(deps, untilMs, (page) => {
    for (const session of page) if (isMeant(session)) found.add(session.sid)
  })
  return whole ? found.size : undefined
}
