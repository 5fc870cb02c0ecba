import type { Position } from '@latchkey/protocol'
import type { EndOutcome, Store } from '@latchkey/store'

/** More at once, in the moment that a change takes, is not worth waiting for: the person signs in again. */
const MOST_ENTRIES = 1000

/**
 * The place of the end that somebody has just made of everything of their own: a session from there on is theirs. Undefined when
 * somebody else has ended the person, or this session of theirs, since `since`: then they are not to be signed in by it.
 */
export async function placeOfOwnEnd(
  { entries: [own], epoch }: EndOutcome,
  { sub, sid }: { readonly sub: string; readonly sid?: string },
  since: Position,
  { store }: { readonly store: Pick<Store, 'log'> },
): Promise<Position | undefined> {
  if (!own || epoch !== since.epoch) return undefined
  const slice = await store.log.read(since.partition, since.offset, MOST_ENTRIES)
  const place = slice.entries.findIndex(({ o }) => o === own.o)
  if (!slice.complete || slice.epoch !== epoch || place < 0) return undefined
  const isOther = slice.entries
    .slice(0, place)
    .some(
      ({ k, v }) => k === 'all' || (k === 'user' && v === sub) || (k === 'session' && v === sid),
    )
  return isOther ? undefined : { partition: own.p, epoch, offset: own.o }
}
