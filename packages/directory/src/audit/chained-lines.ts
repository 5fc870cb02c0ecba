import { type ChainFault, type ChainHead, faultOfLink } from './audit-chain.ts'
import { readAuditLine } from './read-audit-line.ts'

/** Reads an export line by line. It may begin anywhere in the chain: `first` says upon what. */
export interface ChainedLines {
  /** Undefined while the lines are those of one chain, one after the other. After a fault it is of no more use. */
  read(line: string): ChainFault | undefined
  /** What the first line says that it stands upon; undefined before it was read. */
  readonly first: ChainHead | undefined
  /** The last good line. */
  readonly head: ChainHead | undefined
}

export function chainedLines(): ChainedLines {
  let first: ChainHead | undefined
  let head: ChainHead | undefined
  return {
    read: (line) => {
      const read = readAuditLine(line)
      if (read === undefined) return { kind: 'unreadable', id: (head?.id ?? 0) + 1 }
      const { facts, link } = read
      first ??= { id: facts.id - 1, digest: facts.previous }
      const fault = faultOfLink(head ?? first, read)
      if (fault === undefined) head = { id: facts.id, digest: link.digest }
      return fault
    },
    get first() {
      return first
    },
    get head() {
      return head
    },
  }
}
