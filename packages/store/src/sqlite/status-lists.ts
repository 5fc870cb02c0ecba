import { proposedPlaces, statusListFull } from '../status-places.ts'
import type { StatusListStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { SqliteContext } from './context.ts'

export function sqliteStatusLists({ database, read, write }: SqliteContext): StatusListStore {
  const sweep = database.prepare(
    'DELETE FROM status_places WHERE (list, place) IN' +
      ' (SELECT list, place FROM status_places WHERE expires_at <= ? LIMIT ?)',
  )
  const count = database.prepare('SELECT count(*) AS used FROM status_places WHERE list = ?')
  const taken = database.prepare('SELECT 1 FROM status_places WHERE list = ? AND place = ?')
  const take = database.prepare('INSERT INTO status_places VALUES (?, ?, ?, ?)')
  const all = database.prepare(
    'SELECT place, facts FROM status_places WHERE list = ? AND expires_at > ?',
  )

  function freePlace(list: number, capacity: number): number {
    const isTaken = (place: number) => taken.get(list, place) !== undefined
    const proposed = proposedPlaces(capacity)
    let place = proposed.find((each) => !isTaken(each)) ?? 0
    while (isTaken(place)) place = (place + 1) % capacity
    return place
  }

  return {
    async allocate(partition, facts, expiresAt, capacity, now) {
      return write(() => {
        sweep.run(now, STORE_LIMITS.trimBatch)
        if (Number(count.get(partition)?.['used']) >= capacity) throw statusListFull(capacity)
        const index = freePlace(partition, capacity)
        take.run(partition, index, facts, expiresAt)
        return { list: partition, index }
      })
    },

    async read(list, now) {
      if (!Number.isInteger(list)) return []
      return read(() =>
        all.all(list, now).map((row) => ({
          index: Number(row['place']),
          facts: String(row['facts']),
        })),
      )
    },
  }
}
