import { presenceList } from '../presence-list.ts'
import type { PresenceStore, VerifierPresence } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { verifierName } from '../verifier-name.ts'
import type { SqliteContext } from './context.ts'

/** There is one process at a time, but what an earlier one has seen is told, too. */
export function sqlitePresence({ database, read, write }: SqliteContext): PresenceStore {
  const listeners = new Set<() => void>()
  const aliveNow = database.prepare('INSERT OR REPLACE INTO processes VALUES (?, ?)')
  const find = database.prepare('SELECT presence FROM verifiers WHERE name = ?')
  const keep = database.prepare('INSERT OR REPLACE INTO verifiers VALUES (?, ?, ?)')
  const all = database.prepare('SELECT presence FROM verifiers')
  const processes = database.prepare('SELECT process, reported_at FROM processes')
  const sweepVerifiers = database.prepare('DELETE FROM verifiers WHERE reported_at < ?')
  const sweepProcesses = database.prepare('DELETE FROM processes WHERE reported_at < ?')

  /** True when it is news. */
  function keepOne(verifier: VerifierPresence, now: number): boolean {
    const name = verifierName(verifier)
    const text = JSON.stringify(verifier)
    const before = find.get(name)?.['presence']
    if (verifier.goneAt !== undefined && hasMoved(before, verifier.process)) return false
    keep.run(name, text, now)
    return text !== before
  }

  return {
    async report(process, changed, now) {
      const isNews = write(() => {
        aliveNow.run(process, now)
        const news = changed.filter((verifier) => keepOne(verifier, now))
        sweepVerifiers.run(now - STORE_LIMITS.presenceSeconds)
        sweepProcesses.run(now - STORE_LIMITS.presenceSeconds)
        return news.length > 0
      })
      if (!isNews) return
      // After the caller has got its answer, as with Redis: a listener may call the store again.
      setImmediate(() => {
        for (const listener of listeners) listener()
      })
    },

    async list(query) {
      return read(() => {
        const verifiers = all.all().map(({ presence }) => JSON.parse(String(presence)))
        const times = processes.all().map(({ process, reported_at: at }) => {
          return [String(process), Number(at)] as const
        })
        return presenceList(verifiers, new Map(times), query)
      })
    },

    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Another process has reported it since, and has it still. */
function hasMoved(before: unknown, process: string): boolean {
  if (before === undefined) return false
  const known: VerifierPresence = JSON.parse(String(before))
  return known.process !== process && known.goneAt === undefined
}
