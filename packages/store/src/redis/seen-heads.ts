import type { LogHead } from '../store.ts'
import type { Reply } from './script.ts'

/** The newest end of each partition's log that this process has seen: a log that is behind it has lost writes. */
export interface SeenHeads {
  get(partition: number): LogHead | undefined
  /** Reads and remembers the head in a reply `<word>, epoch, offset, digest`. */
  note(partition: number, reply: Reply): LogHead
}

export function seenHeads(): SeenHeads {
  const heads = new Map<number, LogHead>()
  return {
    get: (partition) => heads.get(partition),
    note: (partition, [, epochText, offsetText, digest]) => {
      const [epoch, offset] = [Number(epochText), Number(offsetText)]
      const head = { position: { partition, epoch, offset }, digest: String(digest) }
      const seen = heads.get(partition)?.position
      const newer = !seen || epoch > seen.epoch || (epoch === seen.epoch && offset > seen.offset)
      if (newer) heads.set(partition, head)
      return head
    },
  }
}
