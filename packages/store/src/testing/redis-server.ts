/** A real redis-server of one's own, for tests: on a free port of 127.0.0.1, with nothing on the disk that lasts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, type RedisProcess, redisProcess } from './redis-process.ts'

export interface RedisServer extends RedisProcess {
  readonly url: string
  readonly port: number
}

/** Resolves when the server takes commands. Throws InputError `redis-missing` when no redis-server is installed. */
export async function startRedis(options: { args?: readonly string[] } = {}): Promise<RedisServer> {
  return await startServer(options.args ?? [], 'Ready to accept connections')
}

/** A replica of `master`; resolves when it has all that the master has. */
export async function startReplica(master: RedisServer): Promise<RedisServer> {
  const args = ['--replicaof', '127.0.0.1', `${master.port}`]
  const replica = await startServer(args, 'MASTER <-> REPLICA sync: Finished with success')
  await seenOnline(replica.port, master)
  return replica
}

/** The replica is done a moment before its master knows. */
async function seenOnline(port: number, master: RedisServer): Promise<void> {
  const redis = new Redis(master.url)
  try {
    const online = new RegExp(`port=${port},state=online`)
    while (!online.test(await redis.info('replication')));
  } finally {
    redis.disconnect()
  }
}

async function startServer(args: readonly string[], ready: string): Promise<RedisServer> {
  const port = await freePort()
  const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  // A replica would otherwise wait five seconds for others to join it.
  const sync = ['--repl-diskless-sync-delay', '0']
  const started = await redisProcess({
    args: (folder) => [...own, ...sync, '--dir', folder, ...args],
    ready,
  })
  return { ...started, url: `redis://127.0.0.1:${port}`, port }
}

/** A sentinel that watches `master` under this name, decides alone, and takes it for dead after 300 ms. */
export async function startSentinel(name: string, master: RedisServer): Promise<RedisServer> {
  const port = await freePort()
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${name} 300`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  const started = await redisProcess({
    args: (folder) => {
      // A sentinel keeps what it knows in its settings.
      const file = join(folder, 'sentinel.conf')
      writeFileSync(file, `${lines.join('\n')}\n`)
      return [file, '--sentinel']
    },
    ready: '+monitor master',
  })
  return { ...started, url: `redis://127.0.0.1:${port}`, port }
}
