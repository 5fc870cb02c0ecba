/** This process's copy of the living revocation log, always read in order from the store: what the feed sends from. */
import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import type { RevocationLog } from '@latchkey/store'

export interface LogTailListener {
  /** The next entries, consecutive. */
  appended(epoch: number, entries: readonly LogEntry[]): void
  /** The log was replaced or no longer reaches back: start over from `snapshot`. */
  reset(partition: number): void
}

export interface LogTail {
  /** Resolves when every partition has been read once. */
  start(): Promise<void>
  position(partition: number): FeedPosition
  /** Entries that can still match a living token, oldest first. */
  living(partition: number): readonly LogEntry[]
  /** Entries after a position, or undefined when it is not ours or too far back. */
  after(position: FeedPosition): readonly LogEntry[] | undefined
  /** Reads on until at least this offset of this epoch is here. False when the log turned out to be another one. */
  reach(partition: number, epoch: number, offset: number): Promise<boolean>
  /** Reads on now; resolves when everything appended before the call is here, or the store is away. */
  poke(): Promise<void>
  listen(listener: LogTailListener): () => void
  /** Forgets entries whose `x` has passed. */
  drop(nowSeconds: number): void
  stop(): void
}

const READ_AT_ONCE = 1000

interface Part {
  epoch: number
  offset: number
  digest: string
  entries: LogEntry[]
  /** The read that is under way, and whether somebody asked while it was. */
  reading: Promise<void> | undefined
  again: boolean
}

export interface LogTailDeps {
  readonly log: Pick<RevocationLog, 'head' | 'read' | 'watch'>
  readonly partitions: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function logTail(deps: LogTailDeps): LogTail {
  const parts = Array.from({ length: deps.partitions }, emptyPart)
  const listeners = new Set<LogTailListener>()
  let unwatch = () => {}

  async function readOn(partition: number): Promise<void> {
    const part = partOf(parts, partition)
    if (part.reading) {
      part.again = true
      return await part.reading
    }
    part.reading = readAll(partition, part)
    await part.reading
  }

  async function readAll(partition: number, part: Part): Promise<void> {
    try {
      do {
        part.again = false
        await readRound(partition, part)
      } while (part.again)
    } finally {
      // In the same turn as the last look at `again`, so that nobody's wish for one more round is lost.
      part.reading = undefined
    }
  }

  async function readRound(partition: number, part: Part): Promise<void> {
    const slice = await deps.log.read(partition, part.offset, READ_AT_ONCE)
    if (slice.epoch !== part.epoch || !slice.complete) {
      await startOver(partition, part)
    } else if (slice.entries.length > 0) {
      take(part, slice.entries)
      for (const listener of listeners) listener.appended(part.epoch, slice.entries)
    }
    if (slice.entries.length === READ_AT_ONCE) part.again = true
  }

  /** The head is read before the entries: an entry that arrives in between is read by the next round. */
  async function startOver(partition: number, part: Part): Promise<void> {
    const head = await deps.log.head(partition)
    const before = part.epoch
    const entries: LogEntry[] = []
    let from = 0
    for (;;) {
      const more = await deps.log.read(partition, from, READ_AT_ONCE)
      const upToHead = more.entries.filter((entry) => entry.o <= head.position.offset)
      entries.push(...upToHead)
      const last = more.entries.at(-1)
      if (!last || last.o >= head.position.offset || more.epoch !== head.position.epoch) break
      from = last.o
    }
    part.epoch = head.position.epoch
    part.offset = head.position.offset
    part.digest = head.digest
    part.entries = entries
    part.again = true
    if (before >= 0) deps.warn({ partition, before, epoch: part.epoch }, 'log is another one now')
    for (const listener of listeners) listener.reset(partition)
  }

  // The store being away is told by the lease heartbeat; the next hint or heartbeat reads on.
  const readQuietly = (partition: number) => readOn(partition).catch(() => {})

  return {
    start: async () => {
      await Promise.all(parts.map((_, partition) => readOn(partition)))
      unwatch = deps.log.watch(readQuietly)
      await Promise.all(parts.map((_, partition) => readOn(partition)))
    },
    position: (partition) => {
      const part = partOf(parts, partition)
      return { p: partition, epoch: part.epoch, offset: part.offset, digest: part.digest }
    },
    living: (partition) => partOf(parts, partition).entries,
    after: (position) => entriesAfter(partOf(parts, position.p), position),
    reach: async (partition, epoch, offset) => {
      const part = partOf(parts, partition)
      if (part.epoch !== epoch || part.offset < offset) await readOn(partition)
      return part.epoch === epoch && part.offset >= offset
    },
    poke: async () => {
      await Promise.all(parts.map((_, partition) => readQuietly(partition)))
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    drop: (now) => {
      for (const part of parts) part.entries = part.entries.filter((entry) => entry.x >= now)
    },
    stop: () => unwatch(),
  }
}

function emptyPart(): Part {
  return { epoch: -1, offset: 0, digest: '', entries: [], reading: undefined, again: false }
}

function partOf(parts: readonly Part[], partition: number): Part {
  const part = parts[partition]
  if (!part) throw new RangeError(`partition ${partition} of ${parts.length}`)
  return part
}

function take(part: Part, entries: readonly LogEntry[]): void {
  part.entries.push(...entries)
  const last = entries.at(-1)
  if (last) {
    part.offset = last.o
    part.digest = last.d
  }
}

/** The digest must be ours too: a log that lost its last writes and went on has the offset, but not the digest. */
function entriesAfter(part: Part, position: FeedPosition): readonly LogEntry[] | undefined {
  if (position.epoch !== part.epoch || position.offset > part.offset) return undefined
  if (position.offset === part.offset) return position.digest === part.digest ? [] : undefined
  const first = part.entries[0]
  if (!first || position.offset < first.o) return undefined
  const index = part.entries.findIndex((entry) => entry.o === position.offset)
  if (index < 0 || part.entries[index]?.d !== position.digest) return undefined
  const rest = part.entries.slice(index + 1)
  const consecutive = rest.every((entry, i) => entry.o === position.offset + 1 + i)
  return consecutive ? rest : undefined
}
