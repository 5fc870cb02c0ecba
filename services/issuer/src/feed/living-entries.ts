/** Looking into a long list of entries, the offsets of which grow: a million of them may live at the same time. */
import type { FeedPosition, LogEntry } from '@latchkey/protocol'

type Place = Pick<FeedPosition, 'offset' | 'digest'>

/** What follows on a place; undefined when the place is not in this list, or the list has a hole behind it. */
export function entriesBehind(
  entries: readonly LogEntry[],
  { offset, digest }: Place,
): readonly LogEntry[] | undefined {
  const index = indexOf(entries, offset)
  if (entries[index]?.d !== digest) return undefined
  const rest = entries.slice(index + 1)
  // Offsets grow, so that as many as lie in between have no hole; across a hole only a snapshot is right.
  return (rest.at(-1)?.o ?? offset) - offset === rest.length ? rest : undefined
}

/**
 * Without the expired ones at the front, as a new list. One that expires before those in front of it stays until they go, at most as
 * long as a token lives: a hole would cost every verifier that comes back a snapshot.
 */
export function withoutExpired(entries: LogEntry[], nowSeconds: number): LogEntry[] {
  const living = entries.findIndex(({ x }) => x >= nowSeconds)
  if (living === 0) return entries
  return living < 0 ? [] : entries.slice(living)
}

/** Where the entry with this offset stands, by halving; -1 without one. */
function indexOf(entries: readonly LogEntry[], offset: number): number {
  let low = 0
  let high = entries.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const here = entries[middle]?.o ?? 0
    if (here === offset) return middle
    if (here < offset) low = middle + 1
    else high = middle - 1
  }
  return -1
}
