import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable } from '@latchkey/protocol'
import type { Kysely } from 'kysely'
import type { Engine, FaultOf } from './engine.ts'
import type { Tables } from './tables.ts'
import type { Versions } from './versions.ts'

export type Queries = Kysely<Tables>

/** How a part of the directory reaches its database. Everything it does inside one call may be done again. */
export interface Sql {
  /** One or more reads. */
  read<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /** One transaction that holds the write lock from its beginning: writes take turns, in all processes together. */
  write<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /** The same for what no answer is made from that anybody remembers, such as audit records: `version` may stay. */
  append<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /** Reads of one moment, and nothing but reads. */
  snapshot<T>(work: (db: Queries) => Promise<T>): Promise<T>
  /**
   * A number that changes when anybody has written anything, own `append`s apart, so that equal numbers mean equal answers; one that has passed
   * never comes back. Undefined where that is not known, as inside a transaction. It is at least as new as the moment of the
   * call, or as every answer from outside that was seen in it: that is why callers may read a log position first
   * (docs/architecture.md).
   * @param lagMs for so long a look at what others have written may serve once more; default 0
   */
  version(lagMs?: number): number | undefined | Promise<number>
  readonly engine: Engine
  /** Inside a transaction: it may hold the write lock, so nobody waits in it for anything else. */
  readonly isInside: boolean
}

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

/** @param versions how the engine notices what others have written; absent: it does not */
export function openSql(
  db: Queries,
  engine: Engine,
  versions?: Versions,
): Sql & { close(): Promise<void> } {
  const working = new AsyncLocalStorage<boolean>()
  let closed = false

  function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw unavailable(new Error('the directory was closed'))
    // The write lock is held by the transaction: waiting for it inside would last for ever.
    if (working.getStore()) throw new Error('inside a transaction, use the directory it was given')
    return untilFree(engine.faultOf, work)
  }

  function transact<T>(work: (db: Queries) => Promise<T>): Promise<T> {
    return attempt(() =>
      db.transaction().execute((inside) => working.run(true, () => work(inside))),
    )
  }

  return {
    engine,
    isInside: false,
    read: async (work) => attempt(() => work(db)),
    write: async (work) => {
      try {
        return await transact(work)
      } finally {
        // Also after a failure: the commit may have been done although its answer was lost.
        versions?.wrote()
      }
    },
    append: async (work) => transact(work),
    snapshot: async (work) =>
      attempt(() => engine.snapshot(db, (inside) => working.run(true, () => work(inside)))),
    version: (lagMs = 0) => (closed || working.getStore() ? undefined : versions?.now(lagMs)),
    async close() {
      closed = true
      await db.destroy()
    },
  }
}

/** For use inside a transaction: reads and writes are part of it. */
export function insideTransaction(db: Queries, engine: Engine): Sql {
  return {
    engine,
    isInside: true,
    read: (work) => work(db),
    write: (work) => work(db),
    append: (work) => work(db),
    snapshot: (work) => work(db),
    version: () => undefined,
  }
}

function unavailable(cause: unknown): StoreUnavailable {
  return new StoreUnavailable('The directory', { cause })
}
