import { join } from 'node:path'
import { connectRedisStore, openSqliteStore, type Store } from '@latchkey/store'
import { type RedisServer, startRedis } from '@latchkey/store/redis-server'
import type { Test } from 'tap'

/** One row per way to keep the contract: every rule in this folder holds on each. */
export interface Engine {
  readonly name: string
  /** A new, empty store that is closed at the end of the test. */
  open(t: Test): Promise<Store>
}

let server: RedisServer | undefined
let opened = 0

async function openRedis(t: Test, partitions: number): Promise<Store> {
  server ??= await startRedis()
  const store = await connectRedisStore({ url: server.url, prefix: `t${++opened}:`, partitions })
  t.teardown(() => store.close())
  return store
}

export async function stopServers(): Promise<void> {
  await server?.stop()
}

export const ENGINES: readonly Engine[] = [
  { name: 'Redis', open: (t) => openRedis(t, 1) },
  { name: 'Redis with three partitions', open: (t) => openRedis(t, 3) },
  {
    name: 'SQLite',
    open: async (t) => {
      const store = await openSqliteStore({ file: join(t.testdir(), 'store.db') })
      t.teardown(() => store.close())
      return store
    },
  },
]
