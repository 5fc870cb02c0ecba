import { InputError } from '@latchkey/protocol'
import type { Redis } from 'ioredis'
import type { StoreLog } from '../store-log.ts'
import { guarded } from './guarded.ts'
import { reconnect } from './open-connection.ts'
import { readInfo } from './read-info.ts'

/** GETDEL and scripts that may read the time before they write. */
const OLDEST_VERSION = [6, 2] as const

/**
 * What the store needs of a Redis, looked at once at the start. Throws InputError `redis-version` or `redis-eviction`;
 * warns when a restart of Redis would lose sessions.
 */
export async function checkServer(redis: Redis, log: StoreLog | undefined): Promise<void> {
  const facts = readInfo(await guarded(redis.info()))
  const version = facts.get('redis_version') ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new InputError('redis-version', {
      received: `Redis ${version}`,
      expected: `Redis ${OLDEST_VERSION.join('.')} or newer`,
    })
  }
  // A Redis that throws away keys when memory is short would throw away sessions, or the log's end with the cuts.
  const policy = facts.get('maxmemory_policy')
  if (policy !== 'noeviction') {
    throw new InputError('redis-eviction', {
      received: `maxmemory-policy ${policy}`,
      expected: 'maxmemory-policy noeviction',
    })
  }
  if (facts.get('aof_enabled') !== '1') {
    log?.warn({}, 'Redis keeps no append-only file: a restart of Redis may sign people out')
  }
}

/**
 * Looks again whenever the connection is back: after a failover it is another Redis. One that cannot be used is given up, and tried again: the
 * operator may put it right.
 */
export function recheckServer(redis: Redis, log: StoreLog | undefined): void {
  redis.on('ready', () => {
    checkServer(redis, undefined).catch((error: unknown) => {
      if (!(error instanceof InputError)) return
      log?.warn({ err: error }, 'this Redis cannot be used')
      reconnect(redis)
    })
  })
}

/**
 * The number of partitions decides where the ends of a user are written; it can never change under a prefix in use.
 * Throws InputError `store-partitions` when it did.
 */
export async function checkPartitions(
  redis: Redis,
  headKey: string,
  partitions: number,
): Promise<void> {
  await guarded(redis.hsetnx(headKey, 'partitions', partitions))
  const kept = Number(await guarded(redis.hget(headKey, 'partitions')))
  if (kept === partitions) return
  throw new InputError('store-partitions', {
    received: `${partitions} partitions`,
    expected: `${kept}, as this store was created with, or another prefix`,
  })
}
