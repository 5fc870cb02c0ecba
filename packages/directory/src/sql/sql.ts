import { AsyncLocalStorage } from 'node:async_hooks'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable } from '@latchkey/protocol'
import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type Queries = Kysely<Tables>

/** How a part of the directory reaches its database. Everything it does inside one call may be done again. */
export interface Sql {
  /** One or more reads. */
  read<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /** One transaction that holds the write lock from its beginning. */
  write<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /**
   * A number that changes when anybody has changed anything, so that equal numbers mean equal answers. Undefined where that is
   * not known, as inside a transaction. What was found out holds until the loop turns to its next callback, and so is newer
   * than every answer from outside that has been seen: that is why callers may read a log position first (docs/architecture.md).
   * @param lagMs for so long a look at what others have written may serve once more; default 0
   */
  version(lagMs?: number): number | undefined
}

/**
 * What an error of the driver means: `busy`, somebody else holds the lock, nothing has been done and trying again may
 * help; `unavailable`, the database cannot work. Undefined: not the database's doing, or a bug.
 */
export type FaultOf = (error: unknown) => 'busy' | 'unavailable' | undefined

/**
 * Pauses between attempts while the database is busy: 403 ms in all, so that an issuer answers 503 within 500 ms
 * (docs/architecture.md). The waiting is done here and not in the driver, which would block the event loop.
 */
export const BUSY_PAUSES_MS: readonly number[] = [1, 2, 5, 10, 15, 20, 25, 25, 50, 50, 100, 100]

/** Runs `work` until the database is not busy, or throws StoreUnavailable. */
export async function untilFree<T>(faultOf: FaultOf, work: () => T | Promise<T>): Promise<T> {
  for (const pauseMs of [...BUSY_PAUSES_MS, undefined]) {
    try {
      return await work()
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      if (fault === 'unavailable' || pauseMs === undefined) throw unavailable(error)
      await pause(pauseMs)
    }
  }
  throw unavailable(undefined)
}

/**
 * @param foreignWrites a number that changes when another connection has written; undefined: it cannot be known
 */
export function openSql(
  db: Queries,
  faultOf: FaultOf,
  foreignWrites: () => number | undefined = () => undefined,
): Sql & { close(): Promise<void> } {
  const working = new AsyncLocalStorage<boolean>()
  let closed = false
  let lastForeign: number | undefined
  let version = 0
  let isKnown = false
  let lookedAtMs = Number.NEGATIVE_INFINITY

  function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw unavailable(new Error('the directory was closed'))
    // SQLite has one connection: waiting for it inside the transaction that holds it would last for ever.
    if (working.getStore()) throw new Error('inside a transaction, use the directory it was given')
    return untilFree(faultOf, work)
  }

  return {
    read: async (work) => attempt(() => work(db)),
    write: async (work) => {
      try {
        return await attempt(() =>
          db.transaction().execute((inside) => working.run(true, () => work(inside))),
        )
      } finally {
        // Also after a failure: the commit may have been done although its answer was lost.
        version += 1
        isKnown = false
      }
    },
    version: (lagMs = 0) => {
      if (closed || working.getStore()) return undefined
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
    async close() {
      closed = true
      await db.destroy()
    },
  }
}

/** For use inside a transaction: reads and writes are part of it. */
export function insideTransaction(db: Queries): Sql {
  return { read: (work) => work(db), write: (work) => work(db), version: () => undefined }
}

function unavailable(cause: unknown): StoreUnavailable {
  return new StoreUnavailable('The directory', { cause })
}
