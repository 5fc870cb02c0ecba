import { type Clock, LIMITS } from '@latchkey/protocol'
import type { RedisExamination } from '@latchkey/store'
import { clockDifference } from './clock-difference.ts'
import { type Examined, type Facts, type FindingId, finding } from './finding.ts'

const MEBIBYTE = 1024 * 1024
/** Of `maxmemory`. Without evictions a full Redis refuses writes: nobody signs in, and nothing ends. */
const FULL = 0.9
/** A replica reports every second. */
const LATE_SECONDS = 10
/** Half of all round trips may take so long. In one data centre it is a tenth; a refresh is one round trip, a sign-in five. */
const SLOW_MS = 5

/** What is wrong with a Redis: what would lose sessions or ends, and what makes it slow. */
export function examineRedis(redis: RedisExamination, clock: Pick<Clock, 'nowMs'>): Examined {
  const { version, pingMs, replicas, awaitedReplicas, usedBytes, maxBytes } = redis
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const median = hundredths(pingMs[Math.floor(pingMs.length / 2)] ?? 0)
  const online = replicas.filter((one) => one.online)
  const seconds = clockDifference(redis.time, clock)
  const room = { used_mib: mebibytes(usedBytes), limit_mib: mebibytes(maxBytes) }
  const findings: [isSo: boolean, id: FindingId, facts?: Facts][] = [
    [major < 6 || (major === 6 && minor < 2), 'redis-version', { version }],
    [!redis.appendOnly, 'redis-append-only'],
    [redis.appendFsync === 'no', 'redis-fsync'],
    [redis.appendOnly && redis.appendFsync === undefined, 'redis-fsync-unknown'],
    [!redis.written, 'redis-not-written'],
    [redis.evictionPolicy !== 'noeviction', 'redis-eviction', { policy: redis.evictionPolicy }],
    [maxBytes > 0 && usedBytes > FULL * maxBytes, 'redis-memory', room],
    [redis.role !== 'master', 'redis-role', { role: redis.role }],
    [
      online.length < awaitedReplicas,
      'redis-replicas',
      { online: online.length, awaited: awaitedReplicas },
    ],
    [median > SLOW_MS, 'redis-slow', { milliseconds: median }],
    [seconds > LIMITS.clockSkewSeconds, 'redis-clock', { seconds }],
  ]
  const late = online.filter(({ lagSeconds }) => lagSeconds > LATE_SECONDS)
  return {
    facts: {
      engine: 'redis',
      version,
      append_only: redis.appendOnly ? (redis.appendFsync ?? 'yes') : 'no',
      replicas: online.length,
      ping_ms: median,
      longest_ping_ms: hundredths(pingMs.at(-1) ?? 0),
      clock_seconds: seconds,
    },
    findings: [
      ...findings.filter(([isSo]) => isSo).map(([, id, more]) => finding(id, more)),
      ...late.map(({ address, lagSeconds }) =>
        finding('redis-replica-late', { replica: address, seconds: lagSeconds }),
      ),
    ],
  }
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / MEBIBYTE)
}
