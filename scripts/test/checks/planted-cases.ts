import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { type Finding, findingText } from '../../checks/finding.ts'
import { openRepository, type Repository } from '../../checks/repository.ts'

/** File name to text. */
export type Files = Readonly<Record<string, string>>

export interface Case {
  readonly title: string
  readonly files: Files
  /** Findings as text; none for a case that must pass. */
  readonly expected: readonly string[]
}

/** Tests a check on small repositories, each written to disk with its faults. */
export function plantedCases(
  name: string,
  check: (repository: Repository) => Finding[],
  cases: readonly Case[],
): void {
  t.test(name, async (t) => {
    for (const { title, files, expected } of cases) {
      await t.test(title, async (t) => {
        t.strictSame(check(planted(t, files)).map(findingText), expected)
      })
    }
  })
}

function planted(t: Test, files: Files): Repository {
  const root = t.testdir({})
  for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return openRepository(root)
}

/** Text of a package.json. */
export function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, ...more })
}
