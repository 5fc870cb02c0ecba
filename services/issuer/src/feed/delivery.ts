/** What one verifier has been sent, and the rule that nothing is ever skipped. */
import type { FeedPosition, IssuerMessage, LogEntry } from '@latchkey/protocol'
import { entryFor } from './audience-filter.ts'
import type { LogTail } from './log-tail.ts'

export interface Delivery {
  /** Up to where a partition was sent, in full; undefined before that, and while it is being brought there again. */
  sent(partition: number): FeedPosition | undefined
  /** How far a verifier that does not lie can be: as `sent`, or where it is being brought. */
  reach(partition: number): FeedPosition | undefined
  /** Delta when the position is ours, otherwise a snapshot, for every partition. Waits while the socket is full. */
  place(positions: readonly FeedPosition[]): Promise<void>
  /** Passes on new entries; a verifier that was not placed yet gets nothing. */
  append(epoch: number, entries: readonly LogEntry[]): void
  /** Starts a partition over, in its own time. */
  snapshot(partition: number): void
}

/** About 40 KB of frame: below the frame limit of every verifier. */
const ENTRIES_PER_FRAME = 300

export interface DeliveryDeps {
  readonly audience: string
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after'>
  readonly partitions: number
  readonly send: (message: IssuerMessage) => void
  /** The socket holds enough: a long delivery waits until it is drained. */
  readonly isFull: () => boolean
  readonly drained: () => Promise<void>
  readonly failed: (error: unknown) => void
}

export function delivery(deps: DeliveryDeps): Delivery {
  const { tail } = deps
  const sent = new Map<number, FeedPosition>()
  const underWay = new Map<number, FeedPosition>()
  const mine = (entries: readonly LogEntry[]) =>
    entries.map((entry) => entryFor(deps.audience, entry))

  function* entryFrames(epoch: number, entries: readonly LogEntry[]): Iterable<IssuerMessage> {
    for (let i = 0; i < entries.length; i += ENTRIES_PER_FRAME) {
      yield { t: 'entries', epoch, entries: mine(entries.slice(i, i + ENTRIES_PER_FRAME)) }
    }
  }

  /** The tail only adds to its list; what it has now is its first part for good. */
  function* snapshotFrames(position: FeedPosition, list: readonly LogEntry[], count: number) {
    let i = 0
    do {
      const end = Math.min(i + ENTRIES_PER_FRAME, count)
      const entries = mine(list.slice(i, end))
      yield { t: 'snapshot', position, entries, first: i === 0, more: end < count } as const
      i = end
    } while (i < count)
  }

  /** All in one go as long as the socket takes it. What is appended meanwhile follows at the end. */
  async function bring(to: FeedPosition, frames: Iterable<IssuerMessage>): Promise<void> {
    const partition = to.p
    sent.delete(partition)
    underWay.set(partition, to)
    for (const frame of frames) {
      deps.send(frame)
      if (deps.isFull()) await deps.drained()
      // It has been started over in the meantime.
      if (underWay.get(partition) !== to) return
    }
    underWay.delete(partition)
    sent.set(partition, to)
    await catchUp(to)
  }

  async function catchUp(from: FeedPosition): Promise<void> {
    const here = tail.position(from.p)
    if (here.epoch === from.epoch && here.offset === from.offset) return
    const missing = tail.after(from)
    await (missing ? bring(here, entryFrames(here.epoch, missing)) : startOver(from.p))
  }

  function startOver(partition: number): Promise<void> {
    const [position, entries] = [tail.position(partition), tail.living(partition)]
    return bring(position, snapshotFrames(position, entries, entries.length))
  }

  const snapshot = (partition: number) => void startOver(partition).catch(deps.failed)

  return {
    sent: (partition) => sent.get(partition),
    reach: (partition) => underWay.get(partition) ?? sent.get(partition),
    snapshot,
    place: async (positions) => {
      for (let partition = 0; partition < deps.partitions; partition++) {
        const position = positions.find(({ p }) => p === partition)
        const missing = position && tail.after(position)
        const here = tail.position(partition)
        await (missing ? bring(here, entryFrames(here.epoch, missing)) : startOver(partition))
      }
    },
    append: (epoch, entries) => {
      const [first] = entries
      const last = entries.at(-1)
      const before = first && sent.get(first.p)
      if (!first || !last || !before) return
      if (before.epoch !== epoch || before.offset + 1 !== first.o) return snapshot(first.p)
      for (const frame of entryFrames(epoch, entries)) deps.send(frame)
      sent.set(first.p, { p: first.p, epoch, offset: last.o, digest: last.d })
    },
  }
}
