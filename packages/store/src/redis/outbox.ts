import type { Delivery, OutboxStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import { knownPartition } from './sessions.ts'

export function redisOutbox({ redis, run, keys, partitions }: RedisContext): OutboxStore {
  const { settledSeconds, trimBatch } = STORE_LIMITS
  const everywhere = Array.from({ length: partitions }, (_, partition) => partition)
  let turn = 0

  return {
    async add(session, expiresAt, now) {
      const { sid, sub, rev, clients } = session
      const named = JSON.stringify(clients)
      const { outbox } = keys(rev.partition)
      await run('add-deliveries', outbox, now, sid, sub, named, expiresAt, settledSeconds)
    },

    async claim(limit, leaseSeconds, now) {
      const claimed: Delivery[] = []
      // Begins with another partition each time, so that a full one does not keep the others waiting.
      turn = (turn + 1) % partitions
      for (const step of everywhere) {
        if (claimed.length === limit) break
        const { outbox } = keys((turn + step) % partitions)
        const most = limit - claimed.length
        const look = most + trimBatch
        const [, ...found] = await run(
          'claim-deliveries',
          outbox,
          ...[now, most, leaseSeconds, settledSeconds, look],
        )
        for (const json of found) claimed.push(JSON.parse(String(json)))
      }
      return claimed
    },

    async settle(id, settled, now) {
      const sid = id.slice(0, id.lastIndexOf('~'))
      const partition = knownPartition(sid, partitions)
      if (partition === undefined) return
      const { outbox } = keys(partition)
      const [state, nextAt] =
        settled.kind === 'retry' ? ['waiting', settled.nextAt] : [settled.kind, 0]
      const facts = [now, id, sid, settled.outcome, state, nextAt, settledSeconds] as const
      await run('settle-delivery', outbox, ...facts)
    },

    async ofSession(sid) {
      const partition = knownPartition(sid, partitions)
      if (partition === undefined) return []
      const { outbox } = keys(partition)
      const text = await guarded(redis.hget(outbox[0], sid))
      return unpackDeliveries(text).sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
    },

    async list(limit) {
      const ofPartitions = await Promise.all(
        everywhere.map(async (partition) => {
          const [outbox, , newest] = keys(partition).outbox
          const sids = await guarded(redis.zrevrange(newest, 0, limit - 1))
          return sids.length > 0 ? await guarded(redis.hmget(outbox, ...sids)) : []
        }),
      )
      const found = ofPartitions.flat().flatMap(unpackDeliveries)
      return found.sort((a, b) => b.createdAt - a.createdAt).slice(0, limit)
    },
  }
}

/** The deliveries of one session, as lua/include/outbox.lua keeps them: a JSON object, by id. */
function unpackDeliveries(text: string | null): Delivery[] {
  return text === null ? [] : Object.values(JSON.parse(text))
}
