/** The living log of one partition as this process has read it: complete, in order, one read at a time. */
import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import type { RevocationLog } from '@latchkey/store'
import { entriesBehind, withoutExpired } from './living-entries.ts'

export interface PartitionTail {
  position(): FeedPosition
  living(): readonly LogEntry[]
  after(position: FeedPosition): readonly LogEntry[] | undefined
  /** Resolves when everything appended before the call has been read. */
  readOn(): Promise<void>
  drop(nowSeconds: number): void
}

export interface PartitionTailDeps {
  readonly log: Pick<RevocationLog, 'head' | 'read'>
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

  async function readRound(): Promise<void> {
    const slice = await readBehind(copy, deps)
    if (!slice) {
      const before = copy.epoch
      copy = await readFromStart(deps)
      again = true
      deps.replaced(before, copy.epoch)
      return
    }
    const last = slice.entries.at(-1)
    if (!last) return
    copy.entries.push(...slice.entries)
    copy.offset = last.o
    copy.digest = last.d
    again ||= slice.more
    deps.appended(copy.epoch, slice.entries)
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
  copy: Copy,
  { log, partition }: PartitionTailDeps,
): Promise<{ entries: readonly LogEntry[]; more: boolean } | undefined> {
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
