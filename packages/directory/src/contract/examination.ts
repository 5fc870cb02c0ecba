/** What the database says of itself, for whoever operates it. */
export type DirectoryExamination = (SqliteFacts | PostgresFacts) & {
  /** Migrations that this version lacks in it, by number and name. */
  readonly pending: readonly { readonly number: number; readonly name: string }[]
  /** A newer version was here. */
  readonly tooNew: boolean
}

export interface SqliteFacts {
  readonly kind: 'sqlite'
  readonly version: string
  /** `wal`, unless the file system cannot. */
  readonly journalMode: string
}

export interface PostgresFacts {
  readonly kind: 'postgres'
  /** `16.4` */
  readonly version: string
  readonly fsync: string
  readonly synchronousCommit: string
  readonly fullPageWrites: string
  /** A standby: it takes no writes. */
  readonly isStandby: boolean
  /** Of all clients, to all databases of the server. */
  readonly connections: number
  readonly maxConnections: number
  /** Whether this connection is encrypted; a Unix socket need not be. */
  readonly isPrivate: boolean
  /** Its wall clock: what it said in milliseconds since 1970, and how long the answer took. */
  readonly time: {
    readonly serverMs: number
    /** `performance.now()` when the question was sent, and when the answer was there. */
    readonly askedAt: number
    readonly answeredAt: number
  }
}
