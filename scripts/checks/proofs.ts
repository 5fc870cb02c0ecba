import { posix } from 'node:path'
import type { Finding } from './finding.ts'
import { lineAt } from './imports.ts'
import type { Repository } from './repository.ts'

/** A test file and names that stand in it, as documents cite them: `[code](../code.test.ts): ` and the names as code. */
const PROOF = /\[[^\]]+\]\(([^)]+\.ts)\): (`[^`]+`(?:, `[^`]+`)*)/g

const ATTACKS = 'docs/attacks.md'
/** A row of the list of attacks: an id, what is done, and where it is proven. */
const ATTACK = /^\| ([A-L]\d{1,2}) \| [^|]+ \| ([^|]*) \|$/gm

/** Attacks that must have a row, by letter: from number to number. */
const REQUIRED: readonly (readonly [letter: string, first: number, last: number])[] = [
  ['A', 1, 28],
  ['B', 1, 14],
  ['B', 16, 17],
  ['C', 1, 26],
  ['D', 1, 25],
  ['E', 1, 6],
  ['E', 9, 9],
  ['F', 1, 21],
  ['G', 1, 1],
  ['G', 3, 11],
  ['H', 1, 12],
  ['I', 1, 7],
  ['J', 1, 10],
  ['K', 1, 20],
]

/** Tests that documents cite are there under that name, and every attack that must be met has one row with a test. */
export function proofs(repository: Repository, required = requiredIds()): Finding[] {
  return [
    ...repository.files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => citedTests(repository, file)),
    ...(repository.has(ATTACKS) ? attacks(repository.read(ATTACKS), required) : []),
  ]
}

function citedTests(repository: Repository, file: string): Finding[] {
  const text = repository.read(file)
  return [...text.matchAll(PROOF)].flatMap(({ 1: target = '', 2: names = '', index }) => {
    const cited = posix.join(posix.dirname(file), target)
    // The check of links tells about a file that is not there.
    const source = repository.has(cited) ? repository.read(cited) : undefined
    const line = lineAt(text, index)
    return [...names.matchAll(/`([^`]+)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => source !== undefined && !source.includes(name))
      .map((name) => {
        return { file, line, rule: 'proofs/test', found: `"${name}"`, expected: `it in ${cited}` }
      })
  })
}

function attacks(text: string, required: readonly string[]): Finding[] {
  const file = ATTACKS
  const rows = [...text.matchAll(ATTACK)]
  const ids = new Set(rows.map(([, id]) => id))
  const expected = 'a link to a test file, and the name of a test'
  return [
    ...rows
      .filter(([, , cell = '']) => cell.search(PROOF) < 0)
      .map(({ 1: id, index }) => {
        const line = lineAt(text, index)
        return { file, line, rule: 'proofs/attack', found: `${id} without a proof`, expected }
      }),
    ...rows
      .filter(([, id], index) => rows.findIndex((row) => row[1] === id) < index)
      .map(({ 1: id, index }) => {
        const line = lineAt(text, index)
        return { file, line, rule: 'proofs/attack', found: `${id} again`, expected: 'one row' }
      }),
    ...required
      .filter((id) => !ids.has(id))
      .map((id) => ({ file, line: 1, rule: 'proofs/attack', found: `no row ${id}`, expected })),
  ]
}

function requiredIds(): string[] {
  return REQUIRED.flatMap(([letter, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${letter}${first + i}`),
  )
}
