import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import type { Versions } from '../sql/versions.ts'

/**
 * Versions by SQLite's own count of the writes of other connections, also of other processes:
 * https://sqlite.org/pragma.html#pragma_data_version. What was found out holds until the loop turns to its next callback.
 */
export function dataVersions(database: DatabaseSync): Versions {
  const pragma = database.prepare('pragma data_version')
  let lastForeign: number | undefined
  let version = 0
  let isKnown = false
  let lookedAtMs = Number.NEGATIVE_INFINITY

  function foreignWrites(): number | undefined {
    try {
      return Number(pragma.get()?.['data_version'])
    } catch {
      // Busy or broken: whoever asks reads, and hears of it.
      return undefined
    }
  }

  return {
    now(lagMs) {
      if (isKnown || performance.now() - lookedAtMs < lagMs) return version
      const foreign = foreignWrites()
      if (foreign === undefined) return undefined
      if (foreign !== lastForeign) version += 1
      lastForeign = foreign
      isKnown = true
      lookedAtMs = performance.now()
      process.nextTick(() => {
        isKnown = false
      })
      return version
    },
    wrote() {
      version += 1
      isKnown = false
    },
  }
}
