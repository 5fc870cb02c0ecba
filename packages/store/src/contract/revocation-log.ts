import type { EndReason, EndTarget, LogEntry, Position } from '@latchkey/protocol'
import type { SessionRecord } from './sessions.ts'

/** An entry as the log keeps it. What stands here beyond `LogEntry` never leaves the issuer. */
export interface LoggedEntry extends LogEntry {
  /** Whose it was: of `session` and `token`. For signals to other systems. */
  readonly s?: string
  /** The only audience that it concerns: of `token`, where known. */
  readonly a?: string
}

export interface EndOutcome {
  /** One per partition that it was appended to; empty when the target was already dead (session unknown). */
  readonly entries: readonly LoggedEntry[]
  /** Of the first entry's partition; 0 when nothing is known about the target. */
  readonly epoch: number
  /** session: the record that was ended, so that its clients can be told. */
  readonly session?: SessionRecord
}

export interface RevocationLog {
  /** Where the log of a partition ends. Creates the log (a new epoch) when there is none. */
  head(partition: number): Promise<LogHead>
  /**
   * The one way to end something: the state change (session and its families deleted, or a cut that makes everything
   * older dead at redemption) and the entries, in one atomic step per partition.
   * `session` of an unknown sid appends nothing. Everybody's entries (client, service, key, all, stale about an
   * audience) go to every partition.
   * With `always` a session that the store does not know gets its entry, too: a log that was lost is put right from the audit
   * record. With `once` nothing is appended, except to a partition where this word has no entry, for a day: the entries that it has are
   * given again. A session is ended once anyway. Resolves when as many replicas as the store was opened for have it (Redis `WAIT`), else throws StoreUnavailable.
   */
  end(
    target: EndTarget,
    facts: {
      reason: EndReason
      now: number
      entryExpiresAt: number
      always?: boolean
      once?: string
    },
  ): Promise<EndOutcome>
  /** Whether an end of this word has its entry. */
  hasEnded(target: Exclude<EndTarget, { kind: 'session' }>, once: string): Promise<boolean>
  /** Entries after an offset in order, at most `limit`; `complete` false when the log no longer reaches back that far. */
  read(partition: number, afterOffset: number, limit: number): Promise<LogSlice>
  /** Whether an entry stands right behind the one with this digest, '' for none: the digest of its own tells. */
  follows(entry: LoggedEntry, digest: string): boolean
  /**
   * One write that proves that the store takes writes, answered with the head as of that write. Leases rest on it. It
   * also starts a new epoch when the log is behind what this process has seen of it, or differs there.
   */
  heartbeat(partition: number): Promise<LogHead>
  /**
   * Calls back soon after entries appear, whoever appended them (this process or another). A hint, not a promise:
   * the listener reads from its own offset. Returns the function that stops it.
   */
  watch(listener: (partition: number) => void): () => void
  /**
   * Drops entries whose `x` has passed, in order: one behind a living entry waits for it. Returns how many went. Also
   * clears away what else has expired. Called now and then, for example every minute.
   */
  trim(partition: number, now: number): Promise<number>
}

export interface LogHead {
  readonly position: Position
  /** Digest of the newest entry; '' while the log is empty. */
  readonly digest: string
}

export interface LogSlice {
  readonly epoch: number
  readonly entries: readonly LoggedEntry[]
  /** False: entries between `afterOffset` and the first one here are gone; start from a snapshot. */
  readonly complete: boolean
}
