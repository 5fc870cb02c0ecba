import type { Redis } from 'ioredis'
import type { PartitionKeys } from '../keys.ts'
import type { RunScript } from './script.ts'

/** What the parts of the Redis engine share. */
export interface RedisContext {
  readonly redis: Redis
  readonly run: RunScript
  /** Resolves when as many replicas as the store was opened for have what the script wrote. */
  readonly runConfirmed: RunScript
  readonly partitions: number
  /** Longest life of a session: how long a cut must be remembered. */
  readonly sessionAbsoluteSeconds: number
  readonly keys: (partition: number) => PartitionKeys
  /** Epoch to give a log of this partition if it has to be started; above every epoch that was seen here. */
  readonly nextEpoch: (partition: number) => number
}
