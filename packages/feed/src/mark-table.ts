/** The newest entry about each name of one kind: a million of them in some 30 MB, found in one or two looks into memory. */
import type { Fingerprint } from './fingerprint.ts'
import { type MarkSegment, markSegment } from './mark-segment.ts'

export interface MarkTable {
  readonly size: number
  /** The highest offset that was ever kept, -1 for none: what was signed later is older than nothing here. */
  readonly newest: number
  /** Offset of the newest entry about the name that was fingerprinted last, -1 without one. */
  offsetOf(name: Pick<Fingerprint, 'low' | 'high'>): number
  keep(name: Pick<Fingerprint, 'low' | 'high'>, offset: number, expiresAt: number): void
  /**
   * Deletes what expired before `nowSeconds`, in no more than `steps` steps, going on where it stopped. Returns the steps that
   * are left at the end of the table; -1 when it did not get there.
   */
  sweep(nowSeconds: number, steps: number): number
}

/** Each grows for itself: moving a million marks at once would stop the service for a moment. A power of two. */
const SEGMENTS = 16

export function markTable(): MarkTable {
  const segments: (MarkSegment | undefined)[] = Array.from({ length: SEGMENTS })
  /** Where sweeping goes on. */
  let segmentAt = 0
  let slotAt = 0

  /** Returns the steps that it took: one for each slot passed by, and one for each mark deleted. */
  function sweepSegment(segment: MarkSegment, nowSeconds: number, steps: number): number {
    const { size: before } = segment
    const from = slotAt
    slotAt = segment.sweep(from, steps, nowSeconds)
    const deleted = before - segment.size
    table.size -= deleted
    return slotAt - from + deleted
  }

  function segmentOf(high: number): MarkSegment {
    const at = high & (SEGMENTS - 1)
    segments[at] ??= markSegment()
    return segments[at]
  }

  // Fields and not accessors: V8 keeps an object literal with accessors as a dictionary, and each token looks here.
  const table: { -readonly [Name in keyof MarkTable]: MarkTable[Name] } = {
    size: 0,
    newest: -1,
    offsetOf: ({ low, high }) => segments[high & (SEGMENTS - 1)]?.offsetOf(low || 1, high) ?? -1,
    keep: ({ low, high }, offset, expiresAt) => {
      table.newest = Math.max(table.newest, offset)
      const segment = segmentOf(high)
      const { size: before } = segment
      segment.keep(low || 1, high, offset, expiresAt)
      table.size += segment.size - before
    },
    sweep: (nowSeconds, steps) => {
      let left = steps
      for (; segmentAt < SEGMENTS; segmentAt++) {
        const segment = segments[segmentAt]
        if (!segment) continue
        left -= sweepSegment(segment, nowSeconds, left)
        if (slotAt < segment.slots) return -1
        slotAt = 0
        if (segment.size === 0) segments[segmentAt] = undefined
        else segment.shrink()
      }
      segmentAt = 0
      return left
    },
  }
  return table
}
