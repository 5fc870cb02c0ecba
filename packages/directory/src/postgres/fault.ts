import pg from 'pg'
import type { FaultOf } from '../sql/engine.ts'

/** The connection could not be had, broke, or did not answer in time; it is not used again. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault'
}

/** Codes of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html) after which nothing has been done. */
const BUSY = new Set(['40001' /* serialization_failure */, '40P01' /* deadlock_detected */])

/** Whole classes, and codes of classes that hold mistakes of programs too. */
const UNAVAILABLE = [
  '08', // connection exceptions
  '25006', // read_only_sql_transaction: a standby, in the middle of a failover
  '25P03', // idle_in_transaction_session_timeout
  '28', // the login is refused
  '3D', // no such database
  '42501', // insufficient_privilege: the tables belong to another role
  '53', // out of memory, disk or connections
  '55P03', // lock_not_available: it has waited `PostgresLimits.lockMs` already, so it is not tried again
  '57', // cancelled, shut down, starting up
  '58', // input and output
  'XX', // internal errors, damaged data
]

export const postgresFault: FaultOf = (error) => {
  if (error instanceof ConnectionFault) return 'unavailable'
  const code = sqlState(error)
  if (code === undefined) return undefined
  if (BUSY.has(code)) return 'busy'
  return UNAVAILABLE.some((prefix) => code.startsWith(prefix)) ? 'unavailable' : undefined
}

/** What the server answered; undefined: the error is not the server's. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
