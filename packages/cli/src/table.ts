import type { Context } from './command.ts'
import type { Text } from './messages/text.ts'
import { COLUMNS, cut, padTo, printable } from './text-width.ts'

/** A column of a table for people. */
export interface Column<Row> {
  readonly title: Text
  /** Columns of the terminal; absent at the last one, which takes what is left of 80. */
  readonly width?: number
  /** Text of others is fine: it is made printable. */
  text(row: Row): string
}

const GAP = 2

/** Lines of at most 80 columns; what is too long for its column is cut and ends in an ellipsis. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  { say }: Pick<Context, 'say'>,
): { readonly head: string; line(row: Row): string } {
  const widths = columns.map(({ width }) => width ?? leftOf(columns))
  const join = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padTo(cut(printable(cell), widths[index] ?? 0), widths[index] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd()
  return {
    head: join(columns.map(({ title }) => say(title))),
    line: (row) => join(columns.map(({ text }) => text(row))),
  }
}

function leftOf(columns: readonly { readonly width?: number }[]): number {
  const taken = columns.reduce((sum, { width = 0 }) => sum + width, 0)
  return COLUMNS - taken - GAP * (columns.length - 1)
}
