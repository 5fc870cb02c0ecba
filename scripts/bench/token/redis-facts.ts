import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
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
  let commands = 0
  const marks = { begin: 'bench-begin', end: 'bench-end' }
  const seen = Promise.withResolvers<number>()
  const monitor = await redisMonitor(url, (line) => {
    if (line.includes(marks.begin)) commands = 0
    else if (line.includes(marks.end)) seen.resolve(commands)
    else if (COUNTED.test(line)) commands++
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
    monitor.destroy()
    redis.disconnect()
  }
}

/**
 * Not what a script does, and no frames around commands, which the wire carries with them:
 * `1700000000.000000 [0 127.0.0.1:50000] "get" "key"`.
 */
const COUNTED = /^\+?[\d.]+ \[\d+ (?!lua\])[^\]]+\] "(?!(?:multi|exec)")/i

/** A connection of its own, read line by line: the driver mixes up its answers when others are busy while it begins. */
async function redisMonitor(url: string, heard: (line: string) => void): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port || 6379), hostname)
  socket.write('MONITOR\r\n')
  const lines = createInterface({ input: socket })
  await once(lines, 'line')
  lines.on('line', heard)
  return socket
}

async function bytesOf(redis: Redis): Promise<number> {
  let sum = 0
  for await (const keys of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
    for (const size of sizes) sum += Number(size ?? 0)
  }
  return sum
}
