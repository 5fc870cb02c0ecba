import {
  type Block,
  type ErrorPage,
  errorCodes,
  errorPage,
  type Section,
} from '@latchkey/error-pages'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { EXPLAIN, EXPLAIN_FAULTS } from './messages/explain.ts'
import { suggest } from './suggest.ts'
import { COLUMNS, printable, wrap } from './text-width.ts'

const TITLES = {
  'What it means': EXPLAIN.means,
  'Usual causes': EXPLAIN.causes,
  'What to do': EXPLAIN.toDo,
} as const satisfies Record<Section['title'], object>

/** Prints the page about a code. Throws CliError `unknown-code`, with the nearest one. */
export function explainCode(text: string, context: Context): void {
  const { common, print, printJson } = context
  // As it stands in messages: in brackets.
  const code = text.replace(/^\[(.*)\]$/, '$1')
  const page = errorPage(code)
  if (page === undefined) {
    const near = suggest(code, errorCodes())
    const params = { received: printable(code), ...(near !== undefined && { near }) }
    throw new CliError(EXPLAIN_FAULTS.unknownCode, params)
  }
  if (common.json) printJson(page)
  else for (const line of pageLines(page, context)) print(line)
}

/** Prints every code with its sentence. */
export function listCodes(context: Context): void {
  const { common, printJson } = context
  const pages = errorCodes().flatMap((code) => errorPage(code) ?? [])
  if (common.json) printJson(pages.map(({ code, summary }) => ({ code, summary })))
  else for (const page of pages) printSummary(page, context)
}

function printSummary({ code, summary }: ErrorPage, { say, print }: Context): void {
  print(code)
  for (const line of wrap(say(summary), COLUMNS - 2)) print(`  ${line}`)
}

function pageLines({ code, summary, sections }: ErrorPage, { say }: Context): string[] {
  const head = [code, '', ...wrap(say(summary), COLUMNS)]
  const parts = sections.flatMap(({ title, blocks }) => [
    '',
    say(TITLES[title]),
    ...blocks.flatMap((block) => ['', ...blockLines(block)]),
  ])
  return [...head, ...parts]
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'paragraph':
      return wrap(block.text, COLUMNS - 2).map((line) => `  ${line}`)
    case 'list':
      return block.items.flatMap((item) =>
        wrap(item, COLUMNS - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`),
      )
    case 'code':
      return block.lines.map((line) => `    ${line}`)
  }
}
