import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import type { Fingerprint } from './fingerprint.ts'
import { type MarkTable, markTable } from './mark-table.ts'

/** The kinds of entries that name what they end, and may be forgotten when no token that they match can live. */
export const NAMED_KINDS = ['token', 'session', 'user', 'client', 'service', 'stale'] as const
type NamedKind = (typeof NAMED_KINDS)[number]

/** How many offsets back a replaced log is recognised. Far more than a store can lose in a failover of some seconds. */
const REMEMBERED_DIGESTS = 1024

/** What this process knows of one partition of the log. */
export interface Partition {
  readonly position: FeedPosition
  readonly marks: Readonly<Record<NamedKind, MarkTable>>
  /** Offset of the newest `all` entry; 0 without one. */
  readonly all: number
  /** Entries up to `position` fill a snapshot; the one behind it moves the position. */
  add(entry: LogEntry): void
  /** What this replica holds at an offset, as far back as it remembers. */
  digestAt(offset: number): string | undefined
}

/** @param endedKeys takes the kids of keys that were ended */
export function partition(
  start: FeedPosition,
  print: Fingerprint,
  endedKeys: Set<string>,
): Partition {
  const marks: Record<NamedKind, MarkTable> = {
    token: markTable(),
    session: markTable(),
    user: markTable(),
    client: markTable(),
    service: markTable(),
    stale: markTable(),
  }
  const digests = new Map([[start.offset, start.digest]])

  function keep(kind: NamedKind, entry: LogEntry): void {
    print.take(entry.v)
    marks[kind].keep(print, entry.o, entry.x)
  }

  // Fields, because each token looks here: mark-table.ts.
  const one: { -readonly [Name in keyof Partition]: Partition[Name] } = {
    marks,
    position: start,
    all: 0,
    add: (entry) => {
      if (entry.k === 'all') one.all = Math.max(one.all, entry.o)
      else if (entry.k === 'key') endedKeys.add(entry.v)
      else if (entry.k !== 'none') keep(entry.k, entry)
      if (entry.o > one.position.offset) {
        one.position = { ...one.position, offset: entry.o, digest: entry.d }
        digests.delete(entry.o - REMEMBERED_DIGESTS)
      }
      if (entry.o > one.position.offset - REMEMBERED_DIGESTS) digests.set(entry.o, entry.d)
    },
    digestAt: (offset) => digests.get(offset),
  }
  return one
}

export function countMarks(of: Partition): number {
  return NAMED_KINDS.reduce((sum, kind) => sum + of.marks[kind].size, 0)
}
