import { type Mark, type MarkTable, NAMED_KINDS, type Partition } from './partition.ts'

export interface MarkSweeper {
  /** Deletes marks that have expired, looking at no more than `steps`; goes on where it stopped. */
  sweep(partitions: readonly Partition[], nowSeconds: number, steps: number): void
  /** The partitions are other ones now. */
  restart(): void
}

/** Sweeps a little at a time: a million marks at once would stop the service for a tenth of a second. */
export function markSweeper(): MarkSweeper {
  let walk: Generator<SweepStep> | undefined
  return {
    sweep: (partitions, nowSeconds, steps) => {
      walk ??= everyMark(partitions)
      for (let step = 0; step < steps; step++) {
        const next = walk.next()
        if (next.done) {
          walk = undefined
          return
        }
        const { table, value, mark } = next.value
        if (mark.expiresAt < nowSeconds) table.delete(value)
      }
    },
    restart: () => {
      walk = undefined
    },
  }
}

interface SweepStep {
  readonly table: MarkTable
  readonly value: string
  readonly mark: Mark
}

function* everyMark(partitions: readonly Partition[]): Generator<SweepStep> {
  for (const { marks } of partitions) {
    for (const kind of NAMED_KINDS) {
      const table = marks[kind]
      for (const [value, mark] of table) yield { table, value, mark }
    }
  }
}
