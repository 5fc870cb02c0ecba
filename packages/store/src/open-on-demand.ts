/** The ways to a store, each with its driver, which is loaded when somebody takes it: no program takes all of them. */
import type * as redis from './redis/connect-redis-store.ts'
import type * as server from './redis/examine-server.ts'
import type * as sqlite from './sqlite/open-sqlite-store.ts'

/** The store on Redis: redis/connect-redis-store.ts says what it throws. */
export const connectRedisStore: typeof redis.connectRedisStore = async (options) => {
  const { connectRedisStore } = await import('./redis/connect-redis-store.ts')
  return await connectRedisStore(options)
}

/** What a Redis is like, without a store on it: redis/examine-server.ts. */
export const examineServer: typeof server.examineServer = async (options) => {
  const { examineServer } = await import('./redis/examine-server.ts')
  return await examineServer(options)
}

/** The store in a file of SQLite: sqlite/open-sqlite-store.ts. */
export const openSqliteStore: typeof sqlite.openSqliteStore = async (options) => {
  const { openSqliteStore } = await import('./sqlite/open-sqlite-store.ts')
  return await openSqliteStore(options)
}
