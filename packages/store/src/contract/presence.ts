/** One verifier, as the issuer process that it is connected to has seen it last. */
export interface VerifierPresence {
  /** The verifier's own name, the same over all its connections. */
  readonly instance: string
  readonly audience: string
  readonly clientId: string
  /** The issuer process that it was connected to last. */
  readonly process: string
  readonly connectedAt: number
  /** Where it said it is, one per partition. */
  readonly applied: readonly { partition: number; epoch: number; offset: number }[]
  /** Keys that it said it holds. */
  readonly kids: readonly string[]
  /** The list of routes that it has published: a version of its service. Absent: none. */
  readonly version?: string
  /** Second when its connection was lost; absent while it is connected. */
  readonly goneAt?: number
}

/** Which verifiers there are, over all issuer processes: receipts and key changes wait for them. */
export interface PresenceStore {
  /**
   * Says that this process is alive, and what has changed among its verifiers. One that has meanwhile been reported by another process
   * (it moved) is not marked as gone. Called every T/5, and at once when something changed.
   */
  report(process: string, changed: readonly VerifierPresence[], now: number): Promise<void>
  /**
   * All verifiers of the last `keepSeconds`. One whose process has not reported for `aliveSeconds` counts as gone since
   * then: `goneAt` says so.
   */
  list(query: {
    keepSeconds: number
    aliveSeconds: number
    now: number
  }): Promise<VerifierPresence[]>
  /** A hint that something was reported by any process. Returns the function that stops it. */
  watch(listener: () => void): () => void
}
