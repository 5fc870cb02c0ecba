import { partitionOfSession } from '@latchkey/protocol'
import { endScope } from '../end-scope.ts'
import { entryFacts } from '../entry-facts.ts'
import type { EndOutcome, LoggedEntry, RevocationLog } from '../store.ts'
import type { SqliteContext } from './context.ts'
import { purger } from './purge.ts'
import { SESSION_NOT_CUT, type SessionRow, sessionRecord } from './session-row.ts'

type EndFacts = Parameters<RevocationLog['end']>[1]

export function sqliteLog(context: SqliteContext, watch: RevocationLog['watch']): RevocationLog {
  const { database, read, write, writeThrough, logTable, deliveryTable } = context
  // A session that was cut off has its entry already: that of its user or of everybody.
  const selectSession = database.prepare(
    `SELECT * FROM sessions WHERE sid = ? AND ${SESSION_NOT_CUT}`,
  )
  const selectSub = database.prepare('SELECT sub FROM sessions WHERE sid = ?')
  const deleteSession = database.prepare('DELETE FROM sessions WHERE sid = ?')
  const setCut = database.prepare('INSERT OR REPLACE INTO cuts VALUES (?, ?, ?, ?)')
  const clearCuts = database.prepare('DELETE FROM cuts')
  const purge = purger(database)

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

  function cutOff(name: string, entry: LoggedEntry, expiresAt: number): void {
    // What is older than an end of everybody is dead already: no other cut is needed beside it.
    if (name === 'all') clearCuts.run()
    setCut.run(name, logTable.position().epoch, entry.o, expiresAt)
  }

  return {
    watch,

    head: async () => read(() => logTable.head()),

    async heartbeat() {
      return write(() => {
        logTable.beat()
        return logTable.head()
      })
    },

    async end(target, facts) {
      // An end that came back to life after a power cut would be noticed by nobody; what else is lost is asked again.
      const outcome = writeThrough((): EndOutcome => {
        if (target.kind === 'session') return endSession(target.sid, facts)
        const { value, cut } = endScope(target, 1)
        const entry = logTable.append(entryFacts(target, { value }, facts))
        if (cut !== undefined) cutOff(cut, entry, facts.now + context.sessionAbsoluteSeconds)
        return { entries: [entry], epoch: logTable.position().epoch }
      })
      if (outcome.entries.length > 0) context.tellWatchers()
      return outcome
    },

    async read(_partition, afterOffset, limit) {
      return read(() => {
        const { epoch, offset } = logTable.position()
        const entries = logTable.after(afterOffset, limit)
        const complete = entries[0] ? entries[0].o === afterOffset + 1 : afterOffset === offset
        return { epoch, entries, complete }
      })
    },

    async trim(_partition, now) {
      return write(() => {
        purge(now)
        deliveryTable.sweep(now)
        return logTable.trim(now)
      })
    },
  }
}
