import type { Context } from './command.ts'
import { PAGES } from './messages/pages.ts'
import type { Row } from './pages.ts'
import { type Column, tableLines } from './table.ts'

/**
 * Prints pages as they come: a table, or with --json one object `{ "<member>": [...] }`, so that a list of a million takes
 * no more memory than one page.
 */
export async function printList(
  member: string,
  pages: AsyncIterable<readonly Row[]>,
  columns: readonly Column<Row>[],
  context: Context,
): Promise<void> {
  if (context.common.json) return await printJsonList(member, pages, context)
  const { head, line } = tableLines(columns, context)
  let count = 0
  for await (const rows of pages) {
    if (count === 0 && rows.length > 0) context.print(head)
    for (const row of rows) context.print(line(row))
    count += rows.length
  }
  if (count === 0) context.print(context.say(PAGES.nothing))
}

async function printJsonList(
  member: string,
  pages: AsyncIterable<readonly Row[]>,
  { terminal }: Context,
): Promise<void> {
  const write = (text: string) => void terminal.stdout.write(text)
  let separator = '\n'
  write(`{\n  ${JSON.stringify(member)}: [`)
  for await (const rows of pages) {
    for (const row of rows) {
      write(`${separator}    ${JSON.stringify(row)}`)
      separator = ',\n'
    }
  }
  write(separator === '\n' ? ']\n}\n' : '\n  ]\n}\n')
}
