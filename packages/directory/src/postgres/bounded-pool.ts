import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { ConnectionFault, sqlState } from './fault.ts'
import { storable } from './storable.ts'

/**
 * Any number that no other program uses for advisory locks in this database: "latchkey" in ASCII. Whoever writes holds it
 * until its transaction ends, so writes take turns in all processes together, as on SQLite.
 */
const WRITE_LOCK = 0x6c61_7463_686b_6579n

/** Sent as one: the lock costs no round trip of its own. */
const BEGIN = `begin; select pg_advisory_xact_lock(${WRITE_LOCK})`

/**
 * A pool for Kysely in which nothing takes longer than `answerMs`, and in which every transaction that may write begins with the
 * write lock. A connection that did not answer, or is in an unknown state, is closed and not given to the next one.
 * @param answerMs undefined: for ever, for migrations
 */
export function boundedPool(pool: pg.Pool, answerMs?: number): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const begunMs = performance.now()
      const client = await pool.connect().catch((error: unknown) => {
        throw new ConnectionFault('no connection to PostgreSQL', { cause: error })
      })
      return boundedClient(client, begunMs, answerMs)
    },
  }
}

function boundedClient(
  client: pg.PoolClient,
  begunMs: number,
  answerMs: number | undefined,
): PostgresPoolClient {
  let isBroken = false
  // The first statement shares its time with the wait for the connection.
  let fromMs: number | undefined = begunMs

  async function ask(text: string, values: readonly unknown[]) {
    // The `rollback` that Kysely sends after a failure would wait as long again.
    if (isBroken) throw new ConnectionFault('the connection to PostgreSQL is broken')
    const spentMs = fromMs === undefined ? 0 : performance.now() - fromMs
    fromMs = undefined
    const limit =
      answerMs === undefined ? {} : { query_timeout: Math.max(1, Math.ceil(answerMs - spentMs)) }
    try {
      return await client.query({ text, values: [...values], ...limit })
    } catch (error) {
      // A value that cannot be sent, or read, harms no connection.
      const isValue = error instanceof TypeError || error instanceof RangeError
      if (isValue || sqlState(error) !== undefined) throw error
      isBroken = true
      throw new ConnectionFault('PostgreSQL did not answer', { cause: error })
    }
  }

  async function begin(): Promise<void> {
    try {
      await ask(BEGIN, [])
    } catch (error) {
      // The transaction has begun although its lock was not had, and Kysely does not know.
      await ask('rollback', []).catch(() => {
        isBroken = true
      })
      throw error
    }
  }

  return {
    async query<R>(text: unknown, parameters: readonly unknown[] = []) {
      if (typeof text !== 'string') throw new TypeError('cursors are not used')
      if (text === 'begin') {
        await begin()
        return { command: 'BEGIN', rowCount: 0, rows: [] } as unknown as PostgresQueryResult<R>
      }
      return (await ask(text, storable(text, parameters))) as unknown as PostgresQueryResult<R>
    },
    release: (destroy = false) => client.release(destroy || isBroken),
  } as PostgresPoolClient
}
