import { readFileSync } from 'node:fs'

const ASKED = /^t\.setTimeout\((\d[\d_]*)\)/m

/**
 * The files that ask for more time than others come first: a long one that is started last keeps the others' processor
 * idle. All others stay in their order.
 */
export function longestFirst(files: readonly string[]): string[] {
  const asked = new Map(files.map((file) => [file, askedMs(readFileSync(file, 'utf8'))]))
  return files.toSorted((a, b) => (asked.get(b) ?? 0) - (asked.get(a) ?? 0))
}

function askedMs(source: string): number {
  return Number((ASKED.exec(source)?.[1] ?? '0').replaceAll('_', ''))
}
