import type { RedisExamination } from '../contract/examination.ts'
import type { RedisStoreOptions } from './connect-redis-store.ts'
import { examineRedis } from './examine-redis.ts'
import { openConnection } from './open-connection.ts'
import { redisAddress } from './redis-address.ts'

/**
 * The same as `Store.examine` without opening a store: also of a Redis that no store would be opened on. Throws InputError `redis-url` or
 * `redis-login`, and StoreUnavailable when nobody answers within `connectTimeoutMs`.
 */
export async function examineServer(
  options: Pick<
    RedisStoreOptions,
    'url' | 'sentinels' | 'replicas' | 'commandTimeoutMs' | 'connectTimeoutMs'
  >,
): Promise<RedisExamination> {
  const { commandTimeoutMs = 400, connectTimeoutMs = 5000, sentinels } = options
  const address = redisAddress(options.url, sentinels)
  const way = { address, commandTimeoutMs, connectTimeoutMs, log: undefined }
  const redis = await openConnection(way)
  try {
    return await examineRedis(redis, options.replicas ?? (sentinels ? 1 : 0))
  } finally {
    redis.disconnect()
  }
}
