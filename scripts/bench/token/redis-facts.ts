import { Redis } from 'ioredis'

/** What operations cost Redis. */
export interface RedisCost {
  /** Commands that a client sent: what a script does inside is part of its own. */
  readonly commands: number
  /** Bytes that stay, of all keys together. */
  readonly bytes: number
}

/** Counts around `work`, divided by the number of operations. MONITOR tells what clients send from what scripts do. */
export async function redisCost(
  url: string,
  operations: number,
  work: () => Promise<unknown>,
): Promise<RedisCost> {
  const redis = new Redis(url)
  const monitor = await redis.monitor()
  let commands = 0
  const marks = { begin: 'bench-begin', end: 'bench-end' }
  const seen = Promise.withResolvers<number>()
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    const text = args[1] ?? ''
    if (text === marks.begin) commands = 0
    else if (text === marks.end) seen.resolve(commands)
    else if (source !== 'lua' && !IGNORED.has((args[0] ?? '').toLowerCase())) commands++
  })
  try {
    const before = await bytesOf(redis)
    await redis.echo(marks.begin)
    await work()
    await redis.echo(marks.end)
    const counted = await seen.promise
    const after = await bytesOf(redis)
    return { commands: counted / operations, bytes: (after - before) / operations }
  } finally {
    monitor.disconnect()
    redis.disconnect()
  }
}

/** Frames around commands, which the wire carries with them. */
const IGNORED = new Set(['multi', 'exec'])

async function bytesOf(redis: Redis): Promise<number> {
  let sum = 0
  for await (const keys of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
    for (const size of sizes) sum += Number(size ?? 0)
  }
  return sum
}
