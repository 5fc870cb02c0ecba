/** What the engine says of itself, for whoever operates it: settings that lose data, replicas, clock and latency. */
export type StoreExamination = SqliteExamination | RedisExamination

export interface SqliteExamination {
  readonly kind: 'sqlite'
  readonly version: string
}

export interface RedisExamination {
  readonly kind: 'redis'
  readonly version: string
  readonly appendOnly: boolean
  /** `always`, `everysec` or `no`. Undefined: the Redis user may not ask, and need not. */
  readonly appendFsync: string | undefined
  /** Whether what should stand on the disk could be written, the last time. */
  readonly written: boolean
  readonly evictionPolicy: string
  readonly usedBytes: number
  /** 0: no limit. */
  readonly maxBytes: number
  /** `master`, unless the address leads to a replica. */
  readonly role: string
  readonly replicas: readonly RedisReplica[]
  /** How many replicas an end waits for. */
  readonly awaitedReplicas: number
  /** Round trips of PING in milliseconds, shortest first; never empty. */
  readonly pingMs: readonly number[]
  readonly time: ServerTime
}

export interface RedisReplica {
  readonly address: string
  readonly online: boolean
  /** Since it said the last time how far it is. */
  readonly lagSeconds: number
}

/** The wall clock of a server: what it said, and how long the answer took. */
export interface ServerTime {
  /** Milliseconds since 1970. */
  readonly serverMs: number
  /** `performance.now()` when the question was sent, and when the answer was there. */
  readonly askedAt: number
  readonly answeredAt: number
}
