import type { FeedPosition, LogEntry } from '@latchkey/protocol'

/** The kinds of entries that name what they end. */
export const NAMED_KINDS = [
  'token',
  'session',
  'user',
  'client',
  'service',
  'key',
  'stale',
] as const
type NamedKind = (typeof NAMED_KINDS)[number]

/** The newest entry about one thing. */
export interface Mark {
  readonly offset: number
  /** Wall-clock second after which it can match nothing. */
  readonly expiresAt: number
}

export type MarkTable = Map<string, Mark>

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

export function partition(start: FeedPosition): Partition {
  const marks: Record<NamedKind, MarkTable> = {
    token: new Map(),
    session: new Map(),
    user: new Map(),
    client: new Map(),
    service: new Map(),
    key: new Map(),
    stale: new Map(),
  }
  const digests = new Map([[start.offset, start.digest]])
  let position = start
  let all = 0

  function keep(kind: NamedKind, entry: LogEntry): void {
    const before = marks[kind].get(entry.v)
    if (before && before.offset > entry.o) return
    const expiresAt = Math.max(entry.x, before?.expiresAt ?? 0)
    marks[kind].set(entry.v, { offset: entry.o, expiresAt })
  }

  return {
    marks,
    get position() {
      return position
    },
    get all() {
      return all
    },
    add: (entry) => {
      if (entry.k === 'all') all = Math.max(all, entry.o)
      else if (entry.k !== 'none') keep(entry.k, entry)
      if (entry.o > position.offset) {
        position = { ...position, offset: entry.o, digest: entry.d }
        digests.delete(entry.o - REMEMBERED_DIGESTS)
      }
      if (entry.o > position.offset - REMEMBERED_DIGESTS) digests.set(entry.o, entry.d)
    },
    digestAt: (offset) => digests.get(offset),
  }
}

export function countMarks(of: Partition): number {
  return NAMED_KINDS.reduce((sum, kind) => sum + of.marks[kind].size, 0)
}
