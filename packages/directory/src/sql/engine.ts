import type { RawBuilder } from 'kysely'
import type { PostgresFacts, SqliteFacts } from '../contract/examination.ts'
import type { EngineName } from '../directory.ts'
import type { Queries } from './sql.ts'

/** What differs between the databases. Everything else is written once, in Kysely. */
export interface Engine {
  readonly name: EngineName
  readonly faultOf: FaultOf
  /** Whether the table is there, asked without the right to make one. */
  hasTable(db: Queries, table: string): Promise<boolean>
  /** Runs reads that all see one moment. */
  snapshot<T>(db: Queries, work: (inside: Queries) => Promise<T>): Promise<T>
  /** What it says of itself, for whoever operates it. */
  examine(db: Queries): Promise<SqliteFacts | PostgresFacts>
  /** The same connection for migrations: what they create orders texts by code unit. */
  migrating(db: Queries): Queries
  /**
   * A condition on `users` that an index answers: true where this text stands somewhere in `search_text`, and perhaps for a few
   * more.
   * @param text folded, not empty
   */
  searchIndex(text: string): RawBuilder<boolean>
}

/**
 * What an error of the driver means: `busy`, somebody else holds the lock, nothing has been done and trying again may
 * help; `unavailable`, the database cannot work. Undefined: not the database's doing, or a bug.
 */
export type FaultOf = (error: unknown) => 'busy' | 'unavailable' | undefined
