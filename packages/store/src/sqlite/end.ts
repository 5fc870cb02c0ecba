import { partitionOfSession } from '@latchkey/protocol'
import { type BroadTarget, endScope } from '../end-scope.ts'
import { entryFacts } from '../entry-facts.ts'
import type { EndOutcome, LoggedEntry, RevocationLog } from '../store.ts'
import type { SqliteContext } from './context.ts'
import type { EndsOnce } from './ends-once.ts'
import { SESSION_NOT_CUT, type SessionRow, sessionRecord } from './session-row.ts'

type EndFacts = Parameters<RevocationLog['end']>[1]

/** The state change and the entry of an end. One step of a transaction that the caller opened. */
export function sqliteEnd(
  { database, logTable, deliveryTable, sessionAbsoluteSeconds }: SqliteContext,
  once: EndsOnce,
): (target: Parameters<RevocationLog['end']>[0], facts: EndFacts) => EndOutcome {
  // A session that was cut off has its entry already: that of its user or of everybody.
  const selectSession = database.prepare(
    `SELECT * FROM sessions WHERE sid = ? AND ${SESSION_NOT_CUT}`,
  )
  const selectSub = database.prepare('SELECT sub FROM sessions WHERE sid = ?')
  const deleteSession = database.prepare('DELETE FROM sessions WHERE sid = ?')
  const setCut = database.prepare('INSERT OR REPLACE INTO cuts VALUES (?, ?, ?, ?)')
  const clearCuts = database.prepare('DELETE FROM cuts')

  function endSession(sid: string, facts: EndFacts): EndOutcome {
    const { epoch } = logTable.position()
    const row = selectSession.get(sid) as unknown as SessionRow | undefined
    if (!row && (!facts.always || partitionOfSession(sid) !== 0)) return { entries: [], epoch }
    const sub = selectSub.get(sid)?.['sub']?.toString()
    const entry = logTable.append(entryFacts({ kind: 'session', sid }, { value: sid, sub }, facts))
    deleteSession.run(sid)
    if (!row) return { entries: [entry], epoch }
    const session = sessionRecord(row)
    deliveryTable.add(session, facts.entryExpiresAt, facts.now)
    return { entries: [entry], epoch, session }
  }

  function endBroadly(target: BroadTarget, facts: EndFacts): EndOutcome {
    const { value, cut } = endScope(target, 1)
    const said = entryFacts(target, { value }, facts)
    const before = facts.once === undefined ? undefined : once.find(facts.once, facts.now)
    if (before)
      return { entries: [{ p: 0, o: before.o, ...said, d: before.d }], epoch: before.epoch }
    const entry = logTable.append(said)
    const { epoch } = logTable.position()
    if (cut !== undefined) cutOff(cut, entry, facts.now + sessionAbsoluteSeconds)
    if (facts.once !== undefined)
      once.note(facts.once, { epoch, o: entry.o, d: entry.d }, facts.now)
    return { entries: [entry], epoch }
  }

  function cutOff(name: string, entry: LoggedEntry, expiresAt: number): void {
    // What is older than an end of everybody is dead already: no other cut is needed beside it.
    if (name === 'all') clearCuts.run()
    setCut.run(name, logTable.position().epoch, entry.o, expiresAt)
  }

  return (target, facts) =>
    target.kind === 'session' ? endSession(target.sid, facts) : endBroadly(target, facts)
}
