/** Results for people: a table of each set, and what became of the goals. */
import type { Verdict } from './goals.ts'
import type { Machine } from './machine.ts'
import { PRODUCT, type Series } from './result.ts'
import { median, medianRatio, quantile } from './statistics.ts'

export function report(
  all: readonly Series[],
  verdicts: readonly Verdict[],
  facts: Machine,
): string {
  return [
    machineLine(facts),
    ...setsOf(all).map((set) => table(set)),
    ...(verdicts.length > 0 ? [`Goals\n${verdicts.map(verdictLine).join('\n')}`] : []),
  ].join('\n\n')
}

/** Whoever reads a figure has to see where and when it was measured, and how busy the machine was. */
export function machineLine({ date, node, cpu, cores, load, loadAfter }: Machine): string {
  const time = date.slice(0, 16).replace('T', ' ')
  return `${time} UTC, Node ${node}, ${cpu}, ${cores} cores, load average ${load} before and ${loadAfter} after`
}

export function setsOf(all: readonly Series[]): Series[][] {
  const sets = new Map<string, Series[]>()
  for (const one of all) {
    const name = `${one.group}: ${one.set}`
    sets.set(name, [...(sets.get(name) ?? []), one])
  }
  return [...sets.values()]
}

/** Cells of a set: name, median (min..max), CPU or p99, and the ratio to the product. */
export function rowsOf(set: readonly Series[]): string[][] {
  const product = set.find(({ name }) => name === PRODUCT)
  return set.map((one) => {
    const { values, cpuNsPerOp, name, unit } = one
    const spread = `${figure(Math.min(...values))}..${figure(Math.max(...values))}`
    // Of an end the slow ones matter; it has no CPU time of its own.
    const third = unit === 'ms' ? quantile(values, 0.99) : median(cpuNsPerOp)
    return [
      name,
      `${figure(median(values))} (${spread})`,
      Number.isNaN(third) ? '' : figure(third),
      times(one.values, product?.values),
    ]
  })
}

export function headOf([first]: readonly Series[]): string[] {
  const unit = first?.unit ?? ''
  return [
    first ? `${first.group}: ${first.set}` : '',
    `${unit}, median (min..max)`,
    unit === 'ms' ? 'p99' : first?.cpuNsPerOp.length ? 'CPU ns/op' : '',
    'x latchkey',
  ]
}

function verdictLine(verdict: Verdict): string {
  const { id, group, set, against, kind, factor, reached, reachedByCpu, met, metByCpu } = verdict
  const sign = kind === 'faster' ? '>=' : '<='
  const far = `${Math.round(Math.abs(reached / factor - 1) * 100)} %`
  const byCpu =
    metByCpu === undefined ? '' : metByCpu ? ', met by CPU time' : ', missed by CPU time'
  const cpu = reachedByCpu === undefined ? '' : ` (CPU ${reachedByCpu})`
  const word = met ? `met with ${far} to spare` : `MISSED by ${far}`
  return (
    `${id}  ${group} ${set}, against ${against}: ${reached}${cpu}, ` +
    `goal ${sign} ${factor}: ${word}${byCpu}`
  )
}

function table(set: readonly Series[]): string {
  const lines = [headOf(set), ...rowsOf(set)]
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  )
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return lines.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n')
}

function times(values: readonly number[], base: readonly number[] | undefined): string {
  return base === undefined ? '' : medianRatio(values, base).toFixed(2)
}

/** Three digits are more than the noise leaves. */
function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
