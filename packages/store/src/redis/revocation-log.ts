import { followsDigest } from '../log-digest.ts'
import type { LoggedEntry, RevocationLog } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { type RedisEndDeps, redisEnd, redisHasEnded } from './end.ts'
import type { ServerClock } from './server-clock.ts'

export interface RedisLogDeps extends RedisEndDeps {
  readonly serverClock: ServerClock
  readonly watch: RevocationLog['watch']
}

export function redisLog(deps: RedisLogDeps): RevocationLog {
  const { context, seen } = deps
  const { run, runConfirmed, keys, nextEpoch } = context
  return {
    watch: deps.watch,
    follows: followsDigest,
    end: redisEnd(deps),
    hasEnded: redisHasEnded(context),
    trim: (partition, now) => trim(partition, now, context),

    async head(partition) {
      const { head, log } = keys(partition)
      const reply = await run('read-head', [head, log], nextEpoch(partition))
      return seen.note(partition, reply)
    },

    async heartbeat(partition) {
      const { head, log } = keys(partition)
      const last = seen.get(partition)
      const reply = await runConfirmed(
        'beat-log',
        [head, log],
        nextEpoch(partition),
        last?.position.epoch ?? 0,
        last?.position.offset ?? 0,
        last?.digest ?? '',
      )
      deps.serverClock.learn(Number(reply[4]))
      return seen.note(partition, reply)
    },

    async read(partition, afterOffset, limit) {
      const { head, log } = keys(partition)
      const [, epoch, end, found] = await run(
        'read-log',
        [head, log],
        nextEpoch(partition),
        afterOffset,
        limit,
      )
      const entries = (found as StreamEntry[]).map((entry) => unpackEntry(partition, entry))
      const complete = entries[0] ? entries[0].o === afterOffset + 1 : afterOffset === Number(end)
      return { epoch: Number(epoch), entries, complete }
    },
  }
}

async function trim(partition: number, now: number, { run, keys }: RedisContext): Promise<number> {
  const { log, cuts, outbox } = keys(partition)
  let dropped = 0
  let last: number
  do {
    const [, count] = await run('trim-log', [log], now, STORE_LIMITS.trimBatch)
    last = Number(count)
    dropped += last
  } while (last === STORE_LIMITS.trimBatch)
  let cursor = '0'
  do {
    const [, next] = await run('trim-cuts', [cuts], now, cursor)
    cursor = String(next)
  } while (cursor !== '0')
  const { settledSeconds, trimBatch } = STORE_LIMITS
  await run('claim-deliveries', outbox, now, 0, 0, settledSeconds, trimBatch)
  return dropped
}

/** As XRANGE gives it: the id `<offset>-0`, then k, v, x, d, r, s and a with their values; older ones end with d. */
type StreamEntry = [id: string, fields: string[]]

function unpackEntry(partition: number, [id, fields]: StreamEntry): LoggedEntry {
  const [, k, , v, , x, , d, , r, , s, , a] = fields
  return {
    p: partition,
    o: Number.parseInt(id, 10),
    k: k as LoggedEntry['k'],
    v: String(v),
    x: Number(x),
    ...(r && { r: r as NonNullable<LoggedEntry['r']> }),
    ...(s && { s }),
    ...(a && { a }),
    d: String(d),
  }
}
