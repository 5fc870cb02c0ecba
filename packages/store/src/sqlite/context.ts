import type { DatabaseSync } from 'node:sqlite'
import type { DeliveryTable } from './delivery-table.ts'
import type { LogTable } from './log-table.ts'
import type { Transactions } from './transaction.ts'

/** What the parts of the SQLite engine share. It has one partition, number 0. */
export interface SqliteContext extends Transactions {
  readonly database: DatabaseSync
  readonly logTable: LogTable
  readonly deliveryTable: DeliveryTable
  /** Longest life of a session: how long a cut must be remembered. */
  readonly sessionAbsoluteSeconds: number
  /** Tells the watchers that the log has grown; called after the commit. */
  readonly tellWatchers: () => void
}
