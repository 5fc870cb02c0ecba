import type { FeedPosition } from '@latchkey/protocol'
import type { Resync } from './apply-entries.ts'
import type { Partition } from './partition.ts'
import { isForked } from './place.ts'

/** What the positions of a lease say about a replica. */
export type CompareOutcome =
  /** Everything up to them has been applied here. */
  | { readonly kind: 'reached' }
  /** They are of an epoch that is over, or leave a partition out: they promise nothing. */
  | { readonly kind: 'outdated' }
  | Resync

/** May a lease for these positions be believed here? Only if every partition is as far as it says, in the same epoch. */
export function comparePositions(
  partitions: ReadonlyMap<number, Partition>,
  positions: readonly FeedPosition[],
): CompareOutcome {
  const named = new Set<number>()
  let outdated = false
  for (const { p, epoch, offset, digest } of positions) {
    named.add(p)
    const here = partitions.get(p)
    if (!here || epoch > here.position.epoch) return { kind: 'resync', reason: 'foreign', p }
    if (epoch < here.position.epoch) outdated = true
    else if (offset > here.position.offset) return { kind: 'resync', reason: 'gap', p }
    else if (isForked(here, offset, digest)) return { kind: 'resync', reason: 'forked', p }
  }
  const complete = [...partitions.keys()].every((p) => named.has(p))
  return outdated || !complete ? { kind: 'outdated' } : { kind: 'reached' }
}
