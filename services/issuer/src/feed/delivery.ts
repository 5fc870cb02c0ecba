/** What one verifier has been sent, and the rule that nothing is ever skipped. */
import type { FeedPosition, IssuerMessage, LogEntry } from '@latchkey/protocol'
import { entryFor } from './audience-filter.ts'
import type { LogTail } from './log-tail.ts'

export interface Delivery {
  /** Up to where entries of a partition were sent; undefined before the verifier has its place. */
  sent(partition: number): FeedPosition | undefined
  /** Delta when the position is ours, otherwise a snapshot, for every partition. */
  place(positions: readonly FeedPosition[]): void
  /** Passes on new entries; a verifier that was never placed gets nothing. */
  append(epoch: number, entries: readonly LogEntry[]): void
  snapshot(partition: number): void
}

/** About 40 KB of frame: below the frame limit of every verifier. */
const ENTRIES_PER_FRAME = 300

export interface DeliveryDeps {
  readonly audience: string
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after'>
  readonly partitions: number
  readonly send: (message: IssuerMessage) => void
}

export function delivery(deps: DeliveryDeps): Delivery {
  const sent = new Map<number, FeedPosition>()
  const mine = (entries: readonly LogEntry[]) =>
    entries.map((entry) => entryFor(deps.audience, entry))

  function sendEntries(epoch: number, entries: readonly LogEntry[]): void {
    for (let i = 0; i < entries.length; i += ENTRIES_PER_FRAME) {
      deps.send({ t: 'entries', epoch, entries: mine(entries.slice(i, i + ENTRIES_PER_FRAME)) })
    }
  }

  function snapshot(partition: number): void {
    const position = deps.tail.position(partition)
    const entries = deps.tail.living(partition)
    let i = 0
    do {
      const end = i + ENTRIES_PER_FRAME
      deps.send({
        t: 'snapshot',
        position,
        entries: mine(entries.slice(i, end)),
        first: i === 0,
        more: end < entries.length,
      })
      i = end
    } while (i < entries.length)
    sent.set(partition, position)
  }

  return {
    sent: (partition) => sent.get(partition),
    snapshot,
    place: (positions) => {
      for (let partition = 0; partition < deps.partitions; partition++) {
        const position = positions.find(({ p }) => p === partition)
        const missing = position && deps.tail.after(position)
        if (!missing) {
          snapshot(partition)
          continue
        }
        const here = deps.tail.position(partition)
        sendEntries(here.epoch, missing)
        sent.set(partition, here)
      }
    },
    append: (epoch, entries) => {
      const [first] = entries
      const last = entries.at(-1)
      const before = first && sent.get(first.p)
      if (!first || !last || !before) return
      if (before.epoch !== epoch || before.offset + 1 !== first.o) {
        snapshot(first.p)
        return
      }
      sendEntries(epoch, entries)
      sent.set(first.p, { p: first.p, epoch, offset: last.o, digest: last.d })
    },
  }
}
