import type { Context } from './command.ts'
import { localTime } from './local-time.ts'
import { VERIFIERS } from './messages/verifiers.ts'
import { COLUMNS, cut, padTo, printable } from './text-width.ts'

export type VerifierRow = Readonly<Record<string, unknown>>

/** Columns of the table; the last one takes what is left of 80. */
const WIDTHS = [34, 8, 8] as const

/** A table with a line for each verifier: service, instance, process, and how it is. */
export function verifierRows(rows: readonly VerifierRow[], context: Context): string[] {
  const { say } = context
  const head = [
    say(VERIFIERS.columnService),
    say(VERIFIERS.columnInstance),
    say(VERIFIERS.columnProcess),
  ]
  return [
    tableLine([...head, say(VERIFIERS.columnState)]),
    ...rows.map((row) =>
      tableLine([
        text(row, 'audience'),
        text(row, 'instance'),
        text(row, 'process'),
        state(row, context),
      ]),
    ),
  ]
}

function state(row: VerifierRow, { say, terminal }: Context): string {
  if (row['connected'] !== true) {
    return say(VERIFIERS.goneSince, { time: localTime(Number(row['gone_at']), terminal).slice(5) })
  }
  const lag = row['lag_entries']
  if (typeof lag !== 'number') return say(VERIFIERS.notPlaced)
  return lag === 0 ? say(VERIFIERS.upToDate) : say(VERIFIERS.behind, { entries: lag })
}

function text(row: VerifierRow, name: string): string {
  return printable(String(row[name] ?? ''))
}

function tableLine(cells: readonly string[]): string {
  const fixed = WIDTHS.map((width, index) => padTo(cut(cells[index] ?? '', width), width)).join(
    '  ',
  )
  return cut(`${fixed}  ${cells.at(-1)}`, COLUMNS).trimEnd()
}
