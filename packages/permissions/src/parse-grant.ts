import type { Grant } from './grant.ts'
import { type GrantError, grantError } from './grant-error.ts'
import { GRANT_LIMITS } from './grant-limits.ts'

export type GrantOutcome =
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'invalid'; readonly error: GrantError }

/** The terminals of grammar.ebnf. Sticky: they match at `lastIndex` or not at all. */
const METHOD = /\*|[A-Z]+(?:-[A-Z]+)*/y
const NAME = /[A-Za-z0-9_]+/y
const TEXT = /(?:[A-Za-z0-9._~!$&'+,;=@%-]|::)+/y
const EXPRESSION = /\((?:[!-'*-.0-[\]-~]|\\[!-.0-~]|\((?:[!-'*-.0-[\]-~]|\\[!-.0-~])*\))+\)/y
const OPTIONAL = /\/:[A-Za-z0-9_]+$/

/**
 * Reads one grant, for example `GET /orders/:id`. Never throws. An error tells the first place that does not fit, what
 * stands there and what could.
 */
export function parseGrant(text: string): GrantOutcome {
  if (text.length > GRANT_LIMITS.grantChars) {
    return {
      kind: 'invalid',
      error: {
        code: 'grant-too-long',
        position: GRANT_LIMITS.grantChars,
        received: `${text.length} characters`,
        expected: `at most ${GRANT_LIMITS.grantChars} characters`,
      },
    }
  }
  const error = checkMethod(text) ?? checkPattern(text, text.indexOf(' ') + 1)
  return error ? { kind: 'invalid', error } : { kind: 'grant', grant: grantOf(text) }
}

function grantOf(text: string): Grant {
  const space = text.indexOf(' ')
  const pattern = text.slice(space + 1)
  return { method: text.slice(0, space), pattern, wildcard: pattern.endsWith('*') }
}

/** Where the terminal that begins at `from` ends; `from` itself when it does not stand there. */
function skip(terminal: RegExp, text: string, from: number): number {
  terminal.lastIndex = from
  return terminal.test(text) ? terminal.lastIndex : from
}

function checkMethod(text: string): GrantError | undefined {
  const end = skip(METHOD, text, 0)
  if (end === 0) return grantError('grant-method', text, 0, "an upper-case method or '*'")
  if (text[end] !== ' ') return grantError('grant-space', text, end, 'one space after the method')
  if (text.slice(0, end) === 'HEAD') {
    return { code: 'grant-head', position: 0, received: 'HEAD', expected: 'GET, which covers HEAD' }
  }
  return undefined
}

function checkPattern(text: string, from: number): GrantError | undefined {
  if (text[from] !== '/') return grantError('grant-slash', text, from, "'/'")
  let at = from
  for (let segments = 1; at < text.length; segments++) {
    if (segments > GRANT_LIMITS.segments) {
      const expected = `at most ${GRANT_LIMITS.segments} segments`
      return grantError('grant-too-many-segments', text, at, expected)
    }
    const start = at + 1
    if (text[start] === '*') return checkLast('grant-wildcard', text, start + 1)
    const end = skipSegment(text, start)
    if (typeof end !== 'number') return end
    if (end === start && text[start] === '/') {
      return grantError('grant-empty-segment', text, start, 'a segment')
    }
    const segment = text.slice(start, end)
    if (segment === '.' || segment === '..') {
      return grantError('grant-dot-segment', text, start, "a segment other than '.' and '..'")
    }
    if (text[end] === '?') return checkOptional(text, end)
    if (end < text.length && text[end] !== '/') return misfit(text, end)
    at = end
  }
  return undefined
}

/** Walks over literals and parameters; stops at the first character that is neither. */
function skipSegment(text: string, from: number): number | GrantError {
  let at = skip(TEXT, text, from)
  while (text[at] === ':') {
    const nameEnd = skip(NAME, text, at + 1)
    if (nameEnd === at + 1) {
      return grantError('grant-parameter', text, nameEnd, 'the name of a parameter: A-Z a-z 0-9 _')
    }
    at = skip(EXPRESSION, text, nameEnd)
    const plain = at === nameEnd
    if (plain && text[at] === '(') {
      return grantError('grant-expression', text, at, 'a closed expression without slash')
    }
    // The router reads a bare name up to the next `-`, `.` or `/`, so nothing else may follow it.
    if (!plain || text[at] === '-' || text[at] === '.') at = skip(TEXT, text, at)
    else if (text[at] === ':' || skip(TEXT, text, at) > at) {
      return grantError('grant-parameter', text, at, "'-', '.', '(', '/' or the end after a name")
    }
  }
  return at
}

function checkOptional(text: string, mark: number): GrantError | undefined {
  if (!OPTIONAL.test(text.slice(0, mark))) {
    return grantError(
      'grant-optional',
      text,
      mark,
      "'?' only after a segment that is one parameter",
    )
  }
  return checkLast('grant-optional', text, text[mark + 1] === '/' ? mark + 2 : mark + 1)
}

function checkLast(
  code: 'grant-wildcard' | 'grant-optional',
  text: string,
  end: number,
): GrantError | undefined {
  return end < text.length ? grantError(code, text, end, 'the end of the pattern') : undefined
}

function misfit(text: string, at: number): GrantError {
  return text[at] === '*'
    ? grantError('grant-wildcard', text, at, "'*' only as a whole segment, the last one")
    : grantError('grant-character', text, at, "a character of a path segment, or '/'")
}
