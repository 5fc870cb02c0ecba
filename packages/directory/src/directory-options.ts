import type { KeyObject } from 'node:crypto'
import type { Clock, Random } from '@latchkey/protocol'
import type { AttributeRule } from './contract/attribute.ts'
import type { Sealing } from './contract/sealing.ts'
import type { HashingOptions } from './passwords/passwords.ts'

/** What a directory needs on every engine. */
export interface DirectoryOptions {
  readonly clock: Clock
  readonly random: Random
  /** Default: OWASP's cost, one core less than there are, a short queue. */
  readonly hashing?: HashingOptions
  /** For secrets of clients whose tokens are signed with them. Default: none, and HS256 is refused for clients. */
  readonly sealing?: Sealing
  /** Seals the audit records. Default: none, and whoever may write to the database could chain them anew. */
  readonly auditKey?: KeyObject
  /** What may be kept about users besides the standard claims. Default: nothing. */
  readonly attributes?: readonly AttributeRule[]
  /** Whether an older database is brought to the newest form, or refused. Default: auto. */
  readonly migrations?: 'auto' | 'manual'
}
