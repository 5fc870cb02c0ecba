import { parseErrorPage } from '@latchkey/error-pages'
import { errorCodes } from './error-codes.ts'
import type { Finding } from './finding.ts'
import { lineAt } from './imports.ts'
import type { Repository } from './repository.ts'

const FOLDER = 'docs/errors/'
const INDEX = `${FOLDER}README.md`

/** Each stable code has one page of the agreed form, each page a code, and the index names them all once. */
export function errorPages(repository: Repository): Finding[] {
  const codes = errorCodes(repository)
  const pages = repository.files
    .filter((file) => file.startsWith(FOLDER) && file.endsWith('.md') && file !== INDEX)
    .map((file) => file.slice(FOLDER.length, -'.md'.length))
  return [
    ...[...codes]
      .filter(([code]) => !pages.includes(code))
      .map(([code, file]) => lacking(code, file)),
    ...pages.filter((code) => !codes.has(code)).map(superfluous),
    ...pages.flatMap((code) => badForm(code, repository)),
    ...badIndex(pages, repository),
  ]
}

function lacking(code: string, file: string): Finding {
  const expected = `${FOLDER}${code}.md`
  return { file, line: 1, rule: 'errors/page', found: `the code ${code} without a page`, expected }
}

function superfluous(code: string): Finding {
  const file = `${FOLDER}${code}.md`
  return { file, line: 1, rule: 'errors/code', found: 'a page about a code that nothing says' }
}

function badForm(code: string, repository: Repository): Finding[] {
  const file = `${FOLDER}${code}.md`
  const outcome = parseErrorPage(code, repository.read(file))
  if (outcome.kind === 'page') return []
  const { line, expected } = outcome
  return [{ file, line, rule: 'errors/form', found: 'something else', expected }]
}

function badIndex(pages: readonly string[], repository: Repository): Finding[] {
  if (!repository.has(INDEX)) return []
  const text = repository.read(INDEX)
  const links = [...text.matchAll(/\]\(([a-z0-9_-]+)\.md\)/g)]
  const named = links.map(([, code = '']) => code)
  const missing = pages.flatMap((code) => {
    const [, , sentence] = repository.read(`${FOLDER}${code}.md`).split('\n')
    const expected = `- [${code}](${code}.md): ${sentence}`
    return text.includes(`${expected}\n`)
      ? []
      : [{ line: 1, found: 'an index without it', expected }]
  })
  const twice = links
    .filter(([, code = ''], index) => named.indexOf(code) < index)
    .map(({ 1: code, index }) => ({
      line: lineAt(text, index),
      found: `${code} again`,
      expected: 'it once',
    }))
  return [...missing, ...twice].map((one) => ({ file: INDEX, rule: 'errors/index', ...one }))
}
