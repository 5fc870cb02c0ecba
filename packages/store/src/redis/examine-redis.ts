import type { Redis } from 'ioredis'
import type { RedisExamination, RedisReplica, ServerTime } from '../contract/examination.ts'
import { guarded } from './guarded.ts'
import { readInfo } from './read-info.ts'

/** Enough to tell a slow server from one slow answer; 20 round trips are done within 20 ms. */
const PINGS = 20

/** Asks what a Redis is and how it does, on a connection that is open. Changes nothing. Throws StoreUnavailable. */
export async function examineRedis(
  redis: Redis,
  awaitedReplicas: number,
): Promise<RedisExamination> {
  const facts = readInfo(await guarded(redis.info()))
  const fact = (name: string) => facts.get(name) ?? ''
  return {
    kind: 'redis',
    version: fact('redis_version'),
    appendOnly: fact('aof_enabled') === '1',
    appendFsync: await fsyncOf(redis),
    written: fact('rdb_last_bgsave_status') !== 'err' && fact('aof_last_write_status') !== 'err',
    evictionPolicy: fact('maxmemory_policy'),
    usedBytes: Number(fact('used_memory')),
    maxBytes: Number(fact('maxmemory')),
    role: fact('role'),
    replicas: [...facts].filter(([name]) => /^slave\d+$/.test(name)).map(([, text]) => read(text)),
    awaitedReplicas,
    pingMs: await pings(redis),
    time: await timeOf(redis),
  }
}

/** The rights that SCHEMA.md names do not allow CONFIG, which would show passwords too. */
async function fsyncOf(redis: Redis): Promise<string | undefined> {
  const answer = await redis.config('GET', 'appendfsync').catch(() => [])
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined
}

/** `ip=10.0.0.2,port=6379,state=online,offset=1234,lag=0` */
function read(text: string): RedisReplica {
  const members = new Map(text.split(',').map((pair) => pair.split('=', 2) as [string, string]))
  return {
    address: `${members.get('ip')}:${members.get('port')}`,
    online: members.get('state') === 'online',
    lagSeconds: Number(members.get('lag')),
  }
}

/** One after the other: at once they would wait for each other. */
async function pings(redis: Redis): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < PINGS; n++) {
    const before = performance.now()
    await guarded(redis.ping())
    times.push(performance.now() - before)
  }
  return times.toSorted((a, b) => a - b)
}

async function timeOf(redis: Redis): Promise<ServerTime> {
  const askedAt = performance.now()
  const [seconds, microseconds] = await guarded(redis.time())
  const answeredAt = performance.now()
  return { serverMs: Number(seconds) * 1000 + Number(microseconds) / 1000, askedAt, answeredAt }
}
