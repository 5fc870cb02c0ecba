/** A part of a page; `code` stands for itself, in the others words in backticks are code. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] }

export interface Section {
  readonly title: (typeof SECTIONS)[number]
  readonly blocks: readonly Block[]
}

export interface ErrorPage {
  /** Stable, as it stands in answers, logs and messages. */
  readonly code: string
  /** One sentence in each language. */
  readonly summary: { readonly en: string; readonly zh: string }
  readonly sections: readonly Section[]
}

export type ErrorPageOutcome =
  | { readonly kind: 'page'; readonly page: ErrorPage }
  | { readonly kind: 'invalid'; readonly line: number; readonly expected: string }

const SECTIONS = ['What it means', 'Usual causes', 'What to do'] as const

const FENCE = '```'

/** Reads the Markdown of one page: README.md. @param code what the page is about, as its file is named */
export function parseErrorPage(code: string, markdown: string): ErrorPageOutcome {
  const lines = markdown.split('\n')
  const invalid = (line: number, expected: string): ErrorPageOutcome => {
    return { kind: 'invalid', line, expected }
  }
  const [title, gap, en = '', gapAfter, zh = ''] = lines
  if (title !== `# ${code}` || gap !== '')
    return invalid(1, `the heading "# ${code}" and a blank line`)
  if (!/^[A-Z`].*[.?]$/.test(en) || gapAfter !== '') return invalid(3, 'one English sentence')
  if (!/\p{Script=Han}.*。$/u.test(zh)) return invalid(5, 'the same sentence in Chinese')
  const link = lines.findIndex((line) => line.includes(']('))
  if (link !== -1) return invalid(link + 1, 'no link: terminals and pages show it as it is written')
  const starts = lines.flatMap((line, at) => (line.startsWith('## ') ? [at] : []))
  const titles = starts.map((at) => lines[at]?.slice(3))
  if (titles.join() !== SECTIONS.join()) {
    return invalid((starts[0] ?? 6) + 1, `the sections ${SECTIONS.join(', ')}`)
  }
  const sections = SECTIONS.map((title, index) => {
    const start = starts[index] ?? 0
    return { title, blocks: blocksOf(lines.slice(start + 1, starts[index + 1])), line: start + 1 }
  })
  const empty = sections.find(({ blocks }) => blocks.length === 0)
  if (empty) return invalid(empty.line, 'something in each section')
  const page = {
    code,
    summary: { en, zh },
    sections: sections.map(({ title, blocks }) => ({ title, blocks })),
  }
  return { kind: 'page', page }
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let open: string[] = []
  let isCode = false
  const close = () => {
    const block = blockOf(open, isCode)
    if (block) blocks.push(block)
    open = []
  }
  for (const line of lines) {
    if (line.startsWith(FENCE)) {
      close()
      isCode = !isCode
    } else if (line === '' && !isCode) close()
    else open.push(line)
  }
  close()
  return blocks
}

function blockOf(lines: readonly string[], isCode: boolean): Block | undefined {
  const [first] = lines
  if (first === undefined) return undefined
  if (isCode) return { kind: 'code', lines }
  if (!first.startsWith('- ')) return { kind: 'paragraph', text: lines.join(' ') }
  const items: string[] = []
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2))
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return { kind: 'list', items }
}
