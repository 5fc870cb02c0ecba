import type { Actor } from '@latchkey/protocol'
import type { ChainFault, ChainHead } from '../audit/audit-chain.ts'

export interface AuditRecord {
  /** From 1, without gaps, in the order of commits. */
  readonly id: number
  readonly at: number
  readonly actor: Actor
  /** For example `end`, `user.create`, `key.rotate`: docs/operate/audit.md lists them. */
  readonly action: string
  readonly target: string
  readonly reason: string
  /** Plain JSON without secrets. */
  readonly detail: Readonly<Record<string, unknown>>
}

export interface AuditQuery {
  readonly before?: number
  /** 1 to 500. */
  readonly limit: number
  readonly action?: string
  /** `sub` of who did it. */
  readonly actor?: string
  readonly target?: string
  /** Second: none older than this. */
  readonly since?: number
}

/** A record as it is exported: canonical JSON with its seal and digest. */
export interface ExportedRecord {
  readonly id: number
  readonly line: string
}

/** What a part of the chain was found to be. */
export interface ChainPart {
  /** Where the part that is good ends: the next one begins there. */
  readonly head: ChainHead
  /** Records that were looked at. */
  readonly records: number
  /** Absent: nothing is wrong so far. */
  readonly fault?: ChainFault
  /** This was the end of the chain. */
  readonly isLast: boolean
  /** Whether the head that was asked for stands in this part, with this digest. */
  readonly holdsKnown: boolean
}

export interface Audit {
  /** Waits until the record is safe. Records that are appended at the same time share a transaction. */
  append(record: Omit<AuditRecord, 'id'>): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>
  /** Oldest first, those behind `after`. */
  lines(query: {
    readonly after: number
    readonly limit: number
    /** Seconds: from this one on, and up to this one. */
    readonly since?: number
    readonly until?: number
  }): Promise<ExportedRecord[]>
  /** The newest place in the chain, or the newest one up to a record: that record itself, unless it was pruned or never was. */
  head(upTo?: number): Promise<ChainHead>
  /**
   * Looks at up to `limit` records behind `after`, which is where the part before ended. Undefined when `after` is not in the
   * chain. `known` is a head that was kept elsewhere: see `ChainPart.holdsKnown`.
   */
  verify(query: {
    readonly after: ChainHead
    readonly limit: number
    readonly known?: ChainHead
  }): Promise<ChainPart | undefined>
  /**
   * Takes away records that are older than this second, at most 10,000 and never the newest ones behind a younger one. What is
   * left stays verifiable: the record of who did it names the digest of the last one that went. Gives how many went.
   */
  prune(request: {
    readonly before: number
    readonly now: number
    readonly actor: Actor
  }): Promise<{ readonly removed: number; readonly through: number }>
}
