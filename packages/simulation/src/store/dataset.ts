/** What one Redis node holds. Writes are values, so that a replica applies the same ones later, or never. */
import type { LoggedEntry } from '@latchkey/store'

export interface Head {
  readonly epoch: number
  readonly offset: number
  readonly digest: string
}

export type Write =
  | { readonly kind: 'head'; readonly partition: number; readonly head: Head }
  | { readonly kind: 'append'; readonly entry: LoggedEntry }
  | { readonly kind: 'trim'; readonly partition: number; readonly now: number }
  | { readonly kind: 'keep'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | { readonly kind: 'beat' }
  | { readonly kind: 'flush' }

export interface Dataset {
  head(partition: number): Head | undefined
  /** Entries that were not trimmed, oldest first. */
  log(partition: number): readonly LoggedEntry[]
  value(key: string): string | undefined
  keys(prefix: string): string[]
  apply(write: Write): void
  copy(): Dataset
}

export function dataset(
  heads: ReadonlyMap<number, Head> = new Map(),
  logs: ReadonlyMap<number, readonly LoggedEntry[]> = new Map(),
  values: ReadonlyMap<string, string> = new Map(),
): Dataset {
  const headOf = new Map(heads)
  const logOf = new Map([...logs].map(([partition, entries]) => [partition, [...entries]]))
  const kept = new Map(values)

  function append(entry: LoggedEntry): void {
    const list = logOf.get(entry.p) ?? []
    list.push(entry)
    logOf.set(entry.p, list)
    const epoch = headOf.get(entry.p)?.epoch ?? 0
    headOf.set(entry.p, { epoch, offset: entry.o, digest: entry.d })
  }

  function trim(partition: number, now: number): void {
    const list = logOf.get(partition) ?? []
    const living = list.findIndex((entry) => entry.x >= now)
    list.splice(0, living < 0 ? list.length : living)
  }

  return {
    head: (partition) => headOf.get(partition),
    log: (partition) => logOf.get(partition) ?? [],
    value: (key) => kept.get(key),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
    copy: () => dataset(headOf, logOf, kept),
    apply: (write) => {
      switch (write.kind) {
        case 'head':
          headOf.set(write.partition, write.head)
          break
        case 'append':
          append(write.entry)
          break
        case 'trim':
          trim(write.partition, write.now)
          break
        case 'keep':
          kept.set(write.key, write.value)
          break
        case 'delete':
          for (const key of write.keys) kept.delete(key)
          break
        case 'beat':
          break
        case 'flush':
          headOf.clear()
          logOf.clear()
          kept.clear()
      }
    },
  }
}
