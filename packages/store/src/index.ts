export { connectRedisStore, type RedisStoreOptions } from './redis/connect-redis-store.ts'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open-sqlite-store.ts'
export * from './store.ts'
export type { StoreLog } from './store-log.ts'
