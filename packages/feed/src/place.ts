/** Comparing places in the log: by epoch, then offset. */
import type { FeedPosition, RevClaim } from '@latchkey/protocol'
import type { Partition } from './partition.ts'

/** Is the token newer than what has been applied? */
export function isAhead(rev: RevClaim, position: FeedPosition): boolean {
  if (rev[1] !== position.epoch) return rev[1] > position.epoch
  return rev[2] > position.offset
}

/**
 * The lowest offset whose entry kills a token by comparison: an entry at offset N kills those whose `rev` is below N, and a
 * `rev` of an older epoch is below everything.
 */
export function firstKilling(rev: RevClaim, position: FeedPosition): number {
  return rev[1] < position.epoch ? 1 : rev[2] + 1
}

/** Proof of another log: same epoch and offset, other digest. */
export function isForked(here: Partition, offset: number, digest: string): boolean {
  const known = here.digestAt(offset)
  return known !== undefined && known !== digest
}

/** A replica never goes back, unless what it holds turns out to belong to another log. */
export function isOlder(position: FeedPosition, here: Partition): boolean {
  if (position.epoch !== here.position.epoch) return position.epoch < here.position.epoch
  const { offset, digest } = position
  return offset < here.position.offset && !isForked(here, offset, digest)
}

/** Proof of the same log: what was newest here stands in it, or nothing was here yet. */
export function goesOn(here: Partition, next: Partition): boolean {
  const { epoch, offset, digest } = here.position
  if (next.position.epoch !== epoch) return false
  return offset === 0 || next.digestAt(offset) === digest
}

export function isSamePlace(a: FeedPosition, b: FeedPosition): boolean {
  return a.p === b.p && a.epoch === b.epoch && a.offset === b.offset && a.digest === b.digest
}
