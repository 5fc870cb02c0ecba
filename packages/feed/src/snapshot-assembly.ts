import type { SnapshotMessage } from '@latchkey/protocol'
import type { Fingerprint } from './fingerprint.ts'
import { type Partition, partition } from './partition.ts'
import { isSamePlace } from './place.ts'

export interface SnapshotAssembly {
  /** The whole partition with its last part; `parts_missing` when an earlier one never came. */
  add(part: Omit<SnapshotMessage, 't'>): Partition | 'more_follows' | 'parts_missing'
  clear(): void
}

/** Puts snapshots together beside what is in use, so that half a snapshot is never judged by. */
export function snapshotAssembly(print: Fingerprint, endedKeys: Set<string>): SnapshotAssembly {
  const arriving = new Map<number, Partition>()
  return {
    add: (part) => {
      const { p } = part.position
      const next = part.first ? partition(part.position, print, endedKeys) : arriving.get(p)
      arriving.delete(p)
      if (!next || !isSamePlace(next.position, part.position)) return 'parts_missing'
      for (const entry of part.entries) next.add(entry)
      if (!part.more) return next
      arriving.set(p, next)
      return 'more_follows'
    },
    clear: () => arriving.clear(),
  }
}
