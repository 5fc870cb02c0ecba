/** The living log of one partition as this process has read it: complete, in order, one read at a time. */
import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import type { LoggedEntry, RevocationLog } from '@latchkey/store'
import { entriesBehind, withoutExpired } from './living-entries.ts'

export interface PartitionTail {
  position(): FeedPosition
  living(): readonly LogEntry[]
  after(position: FeedPosition): readonly LogEntry[] | undefined
  /** Resolves when everything appended before the call has been read. */
  readOn(): Promise<void>
  /** Takes over an entry of this epoch that stands right behind the newest one here. What does not is left to be read. */
  take(epoch: number, entry: LoggedEntry): void
  drop(nowSeconds: number): void
}

export interface PartitionTailDeps {
  readonly log: Pick<RevocationLog, 'head' | 'read' | 'follows'>
  readonly partition: number
  readonly appended: (epoch: number, entries: readonly LogEntry[]) => void
  readonly replaced: (epochBefore: number, epoch: number) => void
}

const READ_AT_ONCE = 1000

interface Copy {
  epoch: number
  offset: number
  digest: string
  entries: LogEntry[]
}

export function partitionTail(deps: PartitionTailDeps): PartitionTail {
  const { partition } = deps
  let copy: Copy = { epoch: -1, offset: 0, digest: '', entries: [] }
  /** The read that is under way, and whether somebody asked for more while it was. */
  let reading: Promise<void> | undefined
  let again = false

  async function readRounds(): Promise<void> {
    try {
      do {
        again = false
        await readRound()
      } while (again)
    } finally {
      // In the same turn as the last look at `again`, so that nobody's wish for one more round is lost.
      reading = undefined
    }
  }

  function grow(entries: readonly LoggedEntry[], last: LoggedEntry): void {
    copy.entries.push(...entries)
    copy.offset = last.o
    copy.digest = last.d
    deps.appended(copy.epoch, entries)
  }

  async function readRound(): Promise<void> {
    const { epoch, offset, digest } = copy
    const slice = await readBehind({ epoch, offset, digest }, deps)
    if (!slice) {
      const before = copy.epoch
      copy = await readFromStart(deps)
      again = true
      deps.replaced(before, copy.epoch)
      return
    }
    // An entry was taken over meanwhile: what was read stands behind another one than the newest.
    again ||= slice.more || copy.offset !== offset
    const last = slice.entries.at(-1)
    if (last && copy.offset === offset) grow(slice.entries, last)
  }

  return {
    position: () => ({
      p: partition,
      epoch: copy.epoch,
      offset: copy.offset,
      digest: copy.digest,
    }),
    living: () => copy.entries,
    after: (position) => entriesAfter(copy, position),
    readOn: async () => {
      if (reading === undefined) reading = readRounds()
      else again = true
      await reading
    },
    take: (epoch, entry) => {
      const isNext = epoch === copy.epoch && entry.o === copy.offset + 1
      if (isNext && deps.log.follows(entry, copy.digest)) grow([entry], entry)
    },
    drop: (nowSeconds) => {
      copy.entries = withoutExpired(copy.entries, nowSeconds)
    },
  }
}

/**
 * What stands behind the newest entry here; undefined when this log does not go on there. The newest one is read once more, because a log
 * that lost it has another one in its place, and the entries behind that one look as if they followed.
 */
async function readBehind(
  copy: Pick<Copy, 'epoch' | 'offset' | 'digest'>,
  { log, partition }: PartitionTailDeps,
): Promise<{ entries: readonly LoggedEntry[]; more: boolean } | undefined> {
  const overlapping = await log.read(partition, Math.max(copy.offset - 1, 0), READ_AT_ONCE)
  if (overlapping.epoch !== copy.epoch) return undefined
  const [own, ...behind] = overlapping.entries
  const more = overlapping.entries.length === READ_AT_ONCE
  if (own?.o === copy.offset) {
    return own.d === copy.digest ? { entries: behind, more } : undefined
  }
  // There was none yet, or it has been trimmed.
  const slice = await log.read(partition, copy.offset, READ_AT_ONCE)
  if (slice.epoch !== copy.epoch || !slice.complete) return undefined
  // Or it was lost, and between the two reads others have come, in its place and behind it.
  const [next] = slice.entries
  if (next && !log.follows(next, copy.digest)) return undefined
  return { entries: slice.entries, more: slice.entries.length === READ_AT_ONCE }
}

/** The head is read before the entries: one that arrives in between is read by the next round. */
async function readFromStart(deps: PartitionTailDeps): Promise<Copy> {
  const head = await deps.log.head(deps.partition)
  const { epoch, offset } = head.position
  const entries: LogEntry[] = []
  let from = 0
  for (;;) {
    const slice = await deps.log.read(deps.partition, from, READ_AT_ONCE)
    // Half of one log and half of another would be neither.
    if (slice.epoch !== epoch) return await readFromStart(deps)
    entries.push(...slice.entries.filter((entry) => entry.o <= offset))
    const last = slice.entries.at(-1)
    if (!last || last.o >= offset) break
    from = last.o
  }
  // The log may also have lost its last entries since, and gone on with others in the same epoch.
  const newest = entries.at(-1)
  if (newest && newest.d !== head.digest) return await readFromStart(deps)
  return { epoch, offset, digest: head.digest, entries }
}

/** The digest must be ours too: a log that lost its last writes and went on has the offset, but not the digest. */
function entriesAfter(copy: Copy, position: FeedPosition): readonly LogEntry[] | undefined {
  if (position.epoch !== copy.epoch || position.offset > copy.offset) return undefined
  if (position.offset === copy.offset) return position.digest === copy.digest ? [] : undefined
  if (position.offset === 0 && position.digest === '') {
    // As many as there ever were: none has been dropped.
    return copy.entries.length === copy.offset ? [...copy.entries] : undefined
  }
  return entriesBehind(copy.entries, position)
}
