import { type Clock, LIMITS, nowSeconds, systemClock } from '@latchkey/protocol'
import type { Store } from '../store.ts'
import { sqliteCodes } from './codes.ts'
import type { SqliteContext } from './context.ts'
import { deliveryTable } from './delivery-table.ts'
import { sqliteDevices } from './devices.ts'
import { sqliteDocuments } from './documents.ts'
import { sqliteFamilies } from './families.ts'
import { logTable } from './log-table.ts'
import { sqliteOneTime } from './one-time.ts'
import { openDatabase } from './open-database.ts'
import { sqliteOutbox } from './outbox.ts'
import { sqlitePresence } from './presence.ts'
import { sqliteLog } from './revocation-log.ts'
import { sqliteSessions } from './sessions.ts'
import { sqliteSignals } from './signals.ts'
import { sqliteStatusLists } from './status-lists.ts'
import { sqliteThrottle } from './throttle.ts'
import { transactions } from './transaction.ts'
import { watchers } from './watchers.ts'

export interface SqliteStoreOptions {
  /** Path of the database file. It and its folder are made when missing, readable by this user only. */
  readonly file: string
  /** The longest that a session may live, in seconds. Default `LIMITS.sessionAbsoluteSeconds`. */
  readonly sessionAbsoluteSeconds?: number
  /** For the epoch of a new log. Default: the system's clock. */
  readonly clock?: Clock
}

/**
 * The store in one file, for one process: nothing to install. Throws
 * InputError `store-locked` (another process has it open; the message says which), `store-file` (no database) or
 * `store-too-new`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const database = openDatabase(options.file)
  const { watch, tell } = watchers()
  const context: SqliteContext = {
    database,
    ...transactions(database),
    logTable: logTable(database, nowSeconds(options.clock ?? systemClock)),
    deliveryTable: deliveryTable(database),
    sessionAbsoluteSeconds: options.sessionAbsoluteSeconds ?? LIMITS.sessionAbsoluteSeconds,
    tellWatchers: tell,
  }
  const log = sqliteLog(context, watch)
  return {
    kind: 'sqlite',
    partitions: 1,
    sessions: sqliteSessions(context),
    codes: sqliteCodes(context),
    families: sqliteFamilies(context),
    oneTime: sqliteOneTime(context),
    devices: sqliteDevices(context),
    outbox: sqliteOutbox(context),
    throttle: sqliteThrottle(context),
    presence: sqlitePresence(context),
    documents: sqliteDocuments(context),
    signals: sqliteSignals(context),
    statusLists: sqliteStatusLists(context),
    log,
    ping: async () => {
      await log.heartbeat(0)
    },
    examine: async () => ({ kind: 'sqlite', version: process.versions['sqlite'] ?? '' }),
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}
