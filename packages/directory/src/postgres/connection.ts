import pg from 'pg'
import { checkPostgresUrl } from './check-postgres-url.ts'
import { IDLE_CONNECTION_MS, IDLE_IN_TRANSACTION_MS, type PostgresLimits } from './limits.ts'

/** PostgreSQL's `bigint` has more bits than a number in JavaScript; none of ours does. */
const INT8 = 20

/** @param limits absent: none, for work that may last */
export function openPool(url: string, most: number, limits?: PostgresLimits): pg.Pool {
  const times = limits && {
    connectionTimeoutMillis: limits.answerMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  }
  const pool = new pg.Pool({
    connectionString: asLibpqReads(checkPostgresUrl(url)),
    application_name: 'latchkey',
    max: most,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    keepAlive: true,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
    types: { getTypeParser },
    ...times,
  })
  // A connection that breaks while nobody uses it is replaced when somebody needs one; unheard it would end the process.
  pool.on('error', () => {})
  // The same for one that breaks between two statements of a transaction: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Makes the driver give `sslmode` the meaning that PostgreSQL's manual gives it. */
function asLibpqReads(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('uselibpqcompat', 'true')
  return parsed.href
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? safeInteger : pg.types.getTypeParser(oid, format as 'text')
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a number beyond 2^53 in the database')
  return value
}
