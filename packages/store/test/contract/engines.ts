import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connectRedisStore, openSqliteStore, type Store } from '@latchkey/store'
import { type RedisServer, startRedis } from '@latchkey/store/redis-server'
import { Redis } from 'ioredis'
import type { Test } from 'tap'

/** One row per way to keep the contract: every rule in this folder holds on each. */
export interface Engine {
  readonly name: string
  /** A new, empty store that is closed at the end of the test. */
  open(t: Test): Promise<Store>
}

/** What is tested here is not how soon a store gives up: a busy machine may take its time. */
const PATIENT_MS = 20_000

const servers: RedisServer[] = []
let opened = 0

/** One server for all tests of a kind; each store has its own prefix. */
function redisEngine(name: string, partitions: number, start: () => Promise<RedisServer>): Engine {
  let server: Promise<RedisServer> | undefined
  return {
    name,
    open: async (t) => {
      server ??= start().then((started) => {
        servers.push(started)
        return started
      })
      const { url } = await server
      const prefix = `t${++opened}:`
      const store = await connectRedisStore({
        url,
        prefix,
        partitions,
        commandTimeoutMs: PATIENT_MS,
      })
      t.teardown(() => store.close())
      return store
    },
  }
}

/** A cluster of one node: Redis then refuses a script whose keys do not stand in one hash slot. */
async function startCluster(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cluster-'))
  const server = await startRedis({ args: ['--cluster-enabled', 'yes', '--dir', folder] })
  const redis = new Redis(server.url)
  await redis.cluster('ADDSLOTSRANGE', 0, 16383)
  // A node that has just started waits two seconds before it takes writes.
  while (!String(await redis.cluster('INFO')).includes('cluster_state:ok')) await setTimeout(50)
  redis.disconnect()
  return {
    ...server,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

export async function stopServers(): Promise<void> {
  for (const server of servers) await server.stop()
}

export const ENGINES: readonly Engine[] = [
  redisEngine('Redis', 1, startRedis),
  {
    name: 'SQLite',
    open: async (t) => {
      const store = await openSqliteStore({ file: join(t.testdir(), 'store.db') })
      t.teardown(() => store.close())
      return store
    },
  },
  redisEngine('Redis in cluster mode with three partitions', 3, startCluster),
]
