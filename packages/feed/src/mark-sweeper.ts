import type { MarkTable } from './mark-table.ts'
import { NAMED_KINDS, type Partition } from './partition.ts'

export interface MarkSweeper {
  /** Deletes marks that have expired, in no more than `steps` steps; goes on where it stopped. */
  sweep(partitions: readonly Partition[], nowSeconds: number, steps: number): void
  /** The partitions are other ones now. */
  restart(): void
}

/** Sweeps a little at a time: a million marks at once would stop the service for some milliseconds. */
export function markSweeper(): MarkSweeper {
  let walk: Iterator<MarkTable> | undefined
  let table: MarkTable | undefined

  /** The table to go on with; undefined at the end. */
  function current(partitions: readonly Partition[]): MarkTable | undefined {
    walk ??= everyTable(partitions)
    table ??= walk.next().value as MarkTable | undefined
    if (!table) walk = undefined
    return table
  }

  return {
    sweep: (partitions, nowSeconds, steps) => {
      for (let left = steps; left > 0; ) {
        const now = current(partitions)
        if (!now) return
        left = now.sweep(nowSeconds, left)
        if (left >= 0) table = undefined
      }
    },
    restart: () => {
      walk = undefined
      table = undefined
    },
  }
}

function* everyTable(partitions: readonly Partition[]): Generator<MarkTable, undefined> {
  for (const { marks } of partitions) {
    for (const kind of NAMED_KINDS) yield marks[kind]
  }
}
