import { followsDigest } from '../log-digest.ts'
import type { RevocationLog } from '../store.ts'
import type { SqliteContext } from './context.ts'
import { sqliteEnd } from './end.ts'
import { endsOnce } from './ends-once.ts'
import { purger } from './purge.ts'

export function sqliteLog(context: SqliteContext, watch: RevocationLog['watch']): RevocationLog {
  const { database, read, write, writeThrough, logTable, deliveryTable } = context
  const once = endsOnce(database)
  const end = sqliteEnd(context, once)
  const purge = purger(database)

  return {
    watch,
    follows: followsDigest,

    head: async () => read(() => logTable.head()),

    async heartbeat() {
      return write(() => {
        logTable.beat()
        return logTable.head()
      })
    },

    async end(target, facts) {
      // An end that came back to life after a power cut would be noticed by nobody; what else is lost is asked again.
      const outcome = writeThrough(() => end(target, facts))
      if (outcome.entries.length > 0) context.tellWatchers()
      return outcome
    },

    hasEnded: async (_target, word) => read(() => once.find(word) !== undefined),

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
