import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type ChainFault, type ChainHead, chainedLines } from '@latchkey/directory/audit-chain'

/** What a file of audit records was found to be, by itself. */
export interface AuditFile {
  /** The first bad line, counted from 1. */
  readonly fault?: ChainFault & { readonly line: number }
  readonly records: number
  /** What the first line stands upon: nothing but the log can say whether that is true. */
  readonly first?: ChainHead
  readonly last?: ChainHead
  /** By record, from the first one. */
  readonly digests: readonly string[]
}

/** Reads an export line by line. Rejects with the error of the system. */
export async function readAuditFile(
  file: string,
  progress: (bytes: number, total: number) => void,
): Promise<AuditFile> {
  const { size } = await stat(file)
  const source = createReadStream(file, 'utf8')
  const chain = chainedLines()
  const digests: string[] = []
  for await (const line of createInterface({
    input: source,
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const fault = chain.read(line)
    if (fault) {
      source.destroy()
      const at = { ...fault, line: digests.length + 1 }
      return { fault: at, records: digests.length, ...ends(chain), digests }
    }
    digests.push(chain.head?.digest ?? '')
    progress(source.bytesRead, size)
  }
  return { records: digests.length, ...ends(chain), digests }
}

function ends({ first, head }: { first: ChainHead | undefined; head: ChainHead | undefined }) {
  return { ...(first && { first }), ...(head && { last: head }) }
}

/**
 * The first record of the file that differs from the log: digests of a chain differ from there on, so few questions find it.
 * Undefined when the newest one that the log still knows is the same.
 */
export async function firstForeignRecord(
  { first, digests }: AuditFile,
  headAt: (id: number) => Promise<ChainHead>,
): Promise<{ kind: 'same' } | { kind: 'differs'; id: number } | { kind: 'unknown' }> {
  const before = first?.id ?? 0
  const isSame = async (id: number): Promise<boolean | undefined> => {
    const known = await headAt(id)
    return known.id > before ? digests[known.id - before - 1] === known.digest : undefined
  }
  const newest = await isSame(before + digests.length)
  if (newest === undefined) return { kind: 'unknown' }
  if (newest) return { kind: 'same' }
  let [same, differs] = [before, before + digests.length]
  while (differs - same > 1) {
    const middle = Math.floor((same + differs) / 2)
    if ((await isSame(middle)) === false) differs = middle
    else same = middle
  }
  return { kind: 'differs', id: differs }
}
