import { proposedPlaces, statusListFull } from '../status-places.ts'
import type { StatusEntry, StatusListStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import { livingValue } from './one-time.ts'

/** A list for each partition, with its number. */
export function redisStatusLists({ redis, run, keys, partitions }: RedisContext): StatusListStore {
  const { trimBatch } = STORE_LIMITS

  return {
    async allocate(partition, facts, expiresAt, capacity, now) {
      const proposed = proposedPlaces(capacity)
      const [word, place] = await run(
        'allocate-status',
        keys(partition).status,
        ...[now, expiresAt, facts, capacity, trimBatch],
        ...proposed,
      )
      if (word === 'full') throw statusListFull(capacity)
      return { list: partition, index: Number(place) }
    },

    async read(list, now) {
      if (!Number.isInteger(list) || list < 0 || list >= partitions) return []
      const [statusKey] = keys(list).status
      const found = new Map<number, StatusEntry>()
      let cursor = '0'
      do {
        const [next, fields] = await guarded(redis.hscan(statusKey, cursor, 'COUNT', trimBatch))
        for (let i = 0; i < fields.length; i += 2) {
          const index = Number(fields[i])
          const facts = livingValue(`${fields[i + 1]}`, now)
          if (facts !== undefined) found.set(index, { index, facts })
        }
        cursor = next
      } while (cursor !== '0')
      return [...found.values()]
    },
  }
}
