/** The log as frames for one audience: entries that follow, or a snapshot in parts. */
import { FEED_CODECS, type FeedEncoding } from '@latchkey/feed'
import {
  type FeedFrame,
  type FeedPosition,
  feedFrame,
  type IssuerMessage,
} from '@latchkey/protocol'
import type { LoggedEntry } from '@latchkey/store'
import { concerns, entryFor } from './audience-filter.ts'
import type { FrameShelf } from './frame-shelf.ts'

/** About 40 KB of frame: below the frame limit of every verifier. */
const ENTRIES_PER_FRAME = 300

export interface EntryFrames {
  /** Consecutive entries of one partition. */
  entries(epoch: number, entries: readonly LoggedEntry[]): Iterable<FeedFrame>
  /** The first `count` of a list that may grow behind them. */
  snapshot(position: FeedPosition, list: readonly LoggedEntry[], count: number): Iterable<FeedFrame>
}

export interface EntryFramesDeps {
  readonly audience: string
  readonly encoding: FeedEncoding
  readonly shelf: FrameShelf
}

export function entryFrames({ audience, encoding, shelf }: EntryFramesDeps): EntryFrames {
  const mine = (entries: readonly LoggedEntry[]) =>
    entries.map((entry) => entryFor(audience, entry))
  /** Which of these entries the audience may read: who may read the same gets the same frame. */
  const variant = (entries: readonly LoggedEntry[]) =>
    entries.map((entry) => (concerns(audience, entry) ? 1 : 0)).join('')
  const write = (message: IssuerMessage) =>
    feedFrame(message.t, FEED_CODECS[encoding].encode(message))

  return {
    *entries(epoch, entries) {
      for (let i = 0; i < entries.length; i += ENTRIES_PER_FRAME) {
        const end = Math.min(i + ENTRIES_PER_FRAME, entries.length)
        const [first, last] = [entries[i], entries[end - 1]]
        const part = () => entries.slice(i, end)
        yield shelf.take(
          // A log that lost its end and went on has the same offsets, but not the same digests.
          `${encoding} entries ${first?.p} ${epoch} ${first?.o} ${last?.o} ${last?.d}`,
          audience,
          () => variant(part()),
          () => write({ t: 'entries', epoch, entries: mine(part()) }),
        )
      }
    },
    *snapshot(position, list, count) {
      const { p, epoch, offset, digest } = position
      let i = 0
      do {
        const end = Math.min(i + ENTRIES_PER_FRAME, count)
        const part = () => list.slice(i, end)
        const facts = { position, first: i === 0, more: end < count }
        yield shelf.take(
          // Without those that have expired in the meantime the same log is a shorter list.
          `${encoding} snapshot ${p} ${epoch} ${offset} ${digest} ${i} of ${count}`,
          audience,
          () => variant(part()),
          () => write({ t: 'snapshot', ...facts, entries: mine(part()) }),
        )
        i = end
      } while (i < count)
    },
  }
}
