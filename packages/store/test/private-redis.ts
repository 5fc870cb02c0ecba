import { connectRedisStore, type RedisStoreOptions, type Store } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { partitionKeys } from '../src/keys.ts'

/** A Redis of this file's own, emptied before each test, looked into by `admin`. The file closes what it has opened. */
export async function privateRedis(file: Pick<Test, 'beforeEach'>) {
  const server = await startRedis()
  const admin = new Redis(server.url)
  file.beforeEach(async () => {
    await admin.flushall()
  })
  return {
    server,
    admin,
    keys: partitionKeys('lk:', 0),
    connect: async (t: Test, options: Partial<RedisStoreOptions> = {}): Promise<Store> => {
      const store = await connectRedisStore({ url: server.url, ...options })
      t.teardown(() => store.close())
      return store
    },
  }
}
