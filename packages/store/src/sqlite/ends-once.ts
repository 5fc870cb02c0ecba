import type { DatabaseSync } from 'node:sqlite'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'

/** Where the entry of an end stands that is told once. */
export interface PlaceOfEnd {
  readonly epoch: number
  readonly o: number
  readonly d: string
}

/** Values among the others that are kept for a time. Every call is one step of a transaction that the caller opened. */
export function endsOnce(database: DatabaseSync) {
  const select = database.prepare(
    `SELECT value FROM one_time WHERE kind = 'end' AND purpose = '' AND digest = ? AND expires_at > ?`,
  )
  const insert = database.prepare(`INSERT OR REPLACE INTO one_time VALUES ('end', '', ?, ?, ?)`)
  return {
    /** @param now default: however old it is */
    find(word: string, now = 0): PlaceOfEnd | undefined {
      const row = select.get(textDigest(word), now)
      return row && JSON.parse(String(row['value']))
    },
    note(word: string, place: PlaceOfEnd, now: number): void {
      insert.run(textDigest(word), JSON.stringify(place), now + STORE_LIMITS.toldOnceSeconds)
    },
  }
}

export type EndsOnce = ReturnType<typeof endsOnce>
