import { posix } from 'node:path'
import type { Finding } from './finding.ts'
import { isCode, lineAt } from './imports.ts'
import type { Repository } from './repository.ts'

/** Names that say nothing about what is inside. */
const EMPTY_WORDS = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc']

/** What is left for later belongs into an issue, where somebody finds it. */
const UNFINISHED = ['TODO', 'FIXME']

/** What a request says about the host and scheme that it came to: its sender has chosen it. */
const CLAIMED_ADDRESS = /\brequest\.(?:host|hostname|protocol|originalUrl)\b/g

/**
 * Files name their idea, nothing is left unfinished, no test is singled out, and the issuer takes its address from the
 * settings alone. (Form and length: biome.json.)
 */
export function sources(repository: Repository): Finding[] {
  return repository.files.flatMap((file) => [
    ...emptyName(file),
    ...(isCode(file) ? unfinished(file, repository.read(file)) : []),
    ...(isCode(file) && file.startsWith('services/issuer/src/')
      ? claimedAddress(file, repository.read(file))
      : []),
    ...(/\.test\.[cm]?[jt]sx?$/.test(file) ? singledOut(file, repository.read(file)) : []),
  ])
}

function emptyName(file: string): Finding[] {
  const words = posix
    .dirname(file)
    .split('/')
    .concat(posix.basename(file).replace(/\.[^.]+$/, ''))
    .flatMap((part) => part.toLowerCase().split(/[-_.]/))
  const bad =
    posix.basename(file) === 'types.ts' ? 'types.ts' : words.find((it) => EMPTY_WORDS.includes(it))
  if (bad === undefined) return []
  const expected = 'a name that says what is inside'
  return [{ file, line: 1, rule: 'sources/name', found: `"${bad}" in its name`, expected }]
}

function unfinished(file: string, text: string): Finding[] {
  const comment = new RegExp(`(?:\\/\\/|\\*).*\\b(${UNFINISHED.join('|')})\\b`, 'g')
  return [...text.matchAll(comment)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    rule: 'sources/unfinished',
    found: `a comment with ${match[1]}`,
    expected: 'it done, or an issue',
  }))
}

function singledOut(file: string, text: string): Finding[] {
  return [...text.matchAll(/\b[a-z]+\.only\(|\bonly: true\b/g)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    rule: 'sources/only',
    found: match[0],
    expected: 'a test that lets the others run',
  }))
}

function claimedAddress(file: string, text: string): Finding[] {
  return [...text.matchAll(CLAIMED_ADDRESS)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    rule: 'sources/address',
    found: match[0],
    expected: 'the configured issuer',
  }))
}
