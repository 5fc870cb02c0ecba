import type { EntriesMessage, LogEntry } from '@latchkey/protocol'
import type { Partition } from './partition.ts'
import { isForked } from './place.ts'

export type ResyncReason =
  /** Entries are missing between what was applied and what arrived. */
  | 'gap'
  /** Another epoch, or a partition that no snapshot has brought yet. */
  | 'foreign'
  /** Same epoch and offset, other digest: the log lost its end and went on. */
  | 'forked'
  /** A part of a snapshot without the parts before it. */
  | 'torn_snapshot'

/** This replica is not where the issuer thinks it is. Nothing was applied. */
export interface Resync {
  readonly kind: 'resync'
  readonly reason: ResyncReason
  /** Partition. */
  readonly p: number
}

export type ApplyOutcome =
  /** `entries` are those that were new. */
  | { readonly kind: 'applied'; readonly entries: readonly LogEntry[] }
  /** A whole snapshot has arrived and replaced the partition. `goesOn`: it is proven to be the same log, further on. */
  | { readonly kind: 'replaced'; readonly goesOn: boolean }
  /** Known already, or part of a snapshot that more follows. */
  | { readonly kind: 'nothing_new' }
  | Resync

/** Applies a frame of entries as a whole, when they follow exactly on what is here, or not at all. */
export function applyEntries(
  here: Partition | undefined,
  p: number,
  { epoch, entries }: Pick<EntriesMessage, 'epoch' | 'entries'>,
): ApplyOutcome {
  if (!here || epoch > here.position.epoch) return { kind: 'resync', reason: 'foreign', p }
  if (epoch < here.position.epoch) return { kind: 'nothing_new' }
  if (entries.some((entry) => isForked(here, entry.o, entry.d))) {
    return { kind: 'resync', reason: 'forked', p }
  }
  const { offset } = here.position
  const news = entries.filter((entry) => entry.o > offset)
  if (news.length === 0) return { kind: 'nothing_new' }
  const consecutive = news.every((entry, i) => entry.p === p && entry.o === offset + 1 + i)
  if (!consecutive) return { kind: 'resync', reason: 'gap', p }
  for (const entry of news) here.add(entry)
  return { kind: 'applied', entries: news }
}
