/** What one verifier has been sent, and the rule that nothing is ever skipped. */
import type { FeedFrame, FeedPosition, LogEntry } from '@latchkey/protocol'
import { type EntryFramesDeps, entryFrames } from './entry-frames.ts'
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

export interface DeliveryDeps extends EntryFramesDeps {
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after'>
  readonly partitions: number
  readonly send: (frame: FeedFrame) => void
  /** The verifier goes on from a place that is ours. */
  readonly resumed: (position: FeedPosition) => void
  /** The socket holds enough: a long delivery waits until it is drained. */
  readonly isFull: () => boolean
  readonly drained: () => Promise<void>
  readonly failed: (error: unknown) => void
}

export function delivery(deps: DeliveryDeps): Delivery {
  const { tail } = deps
  const sent = new Map<number, FeedPosition>()
  const underWay = new Map<number, FeedPosition>()
  const frames = entryFrames(deps)

  /** All in one go as long as the socket takes it. What is appended meanwhile follows at the end. */
  async function bring(to: FeedPosition, all: Iterable<FeedFrame>): Promise<void> {
    const partition = to.p
    sent.delete(partition)
    underWay.set(partition, to)
    for (const frame of all) {
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
    await (missing ? bring(here, frames.entries(here.epoch, missing)) : startOver(from.p))
  }

  function startOver(partition: number): Promise<void> {
    const [position, entries] = [tail.position(partition), tail.living(partition)]
    return bring(position, frames.snapshot(position, entries, entries.length))
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
        if (missing) deps.resumed(position)
        await (missing ? bring(here, frames.entries(here.epoch, missing)) : startOver(partition))
      }
    },
    append: (epoch, entries) => {
      const [first] = entries
      const last = entries.at(-1)
      const before = first && sent.get(first.p)
      if (!first || !last || !before) return
      if (before.epoch !== epoch || before.offset + 1 !== first.o) return snapshot(first.p)
      for (const frame of frames.entries(epoch, entries)) deps.send(frame)
      sent.set(first.p, { p: first.p, epoch, offset: last.o, digest: last.d })
    },
  }
}
