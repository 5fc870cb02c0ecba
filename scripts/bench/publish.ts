import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from './goals.ts'
import type { Machine } from './machine.ts'
import { plot } from './plot.ts'
import { headOf, machineLine, rowsOf, setsOf } from './report.ts'
import type { Series } from './result.ts'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')
const BEGIN = '<!-- results: written by npm run bench -- --plot -->'
const END = '<!-- end of results -->'

/** Writes picture and tables into docs/. @throws Error when docs/benchmarks.md has lost its marks */
export function publish(
  all: readonly Series[],
  verdicts: readonly Verdict[],
  facts: Machine,
): void {
  writeFileSync(join(DOCS, 'benchmarks.svg'), plot(all, machineLine(facts)))
  const page = join(DOCS, 'benchmarks.md')
  const text = readFileSync(page, 'utf8')
  const [before, rest = ''] = text.split(`${BEGIN}\n`)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`${page} has lost its marks`)
  const results = markdown(all, verdicts, facts)
  writeFileSync(page, `${before}${BEGIN}\n\n${results}\n\n${END}${after}`)
}

function markdown(all: readonly Series[], verdicts: readonly Verdict[], facts: Machine): string {
  return [
    `${machineLine(facts)}.`,
    ...setsOf(all).map((set) => table([headOf(set), ...rowsOf(set)])),
    ...(verdicts.length > 0 ? [goalTable(verdicts)] : []),
  ].join('\n\n')
}

function goalTable(verdicts: readonly Verdict[]): string {
  const head = ['goal', 'against', 'wanted', 'by the clock', 'by CPU time', 'verdict']
  const rows = verdicts.map((verdict) => {
    const { id, group, set, against, kind, factor, reached, reachedByCpu, met, metByCpu } = verdict
    const wanted = kind === 'faster' ? `at least ${factor}` : `at most ${factor}`
    const word = met ? 'met' : metByCpu ? 'missed by the clock only' : 'missed'
    return [
      `${id}, ${group} ${set}`,
      against,
      wanted,
      String(reached),
      reachedByCpu === undefined ? '' : String(reachedByCpu),
      met && metByCpu === false ? 'met by the clock only' : word,
    ]
  })
  return table([head, ...rows])
}

function table([head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
