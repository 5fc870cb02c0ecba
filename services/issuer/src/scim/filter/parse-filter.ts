/** Filters and the paths of PATCH: RFC 7644 sections 3.4.2.2 and 3.5.2. Whatever the text, nothing but a ScimError is thrown. */
import { ScimError } from '../scim-error.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import type { Filter, Operator } from './filter.ts'
import { filterTokens, jsonValue, type Token } from './filter-tokens.ts'

const OPERATORS: ReadonlySet<string> = new Set<Operator>([
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
])
const NAME = /^(?:urn:[\w:.-]+:)?[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?$/i
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/

/** Names are compared without case (RFC 7643 section 2.1), and core attributes need no URN. */
export function foldPath(path: string): string {
  return path.toLowerCase().replace(CORE, '')
}

interface Reader {
  readonly tokens: readonly Token[]
  place: number
  depth: number
  terms: number
}

class Malformed extends Error {}

/** @throws ScimError `invalidFilter` */
export function parseFilter(text: string): Filter {
  return reading(text, 'invalidFilter', (reader) => readOr(reader))
}

/** Where a PATCH operation works: `emails[type eq "work"].value`. */
export interface PatchPath {
  /** As given, with its URN if it has one. */
  readonly attribute: string
  readonly filter?: Filter
  readonly sub?: string
}

/** @throws ScimError `invalidPath` */
export function parsePath(text: string): PatchPath {
  return reading(text, 'invalidPath', (reader) => {
    const attribute = word(reader)
    if (!takeMark(reader, '[')) return { attribute }
    const filter = nested(reader, () => readOr(reader))
    if (!takeMark(reader, ']')) throw new Malformed()
    if (reader.place === reader.tokens.length) return { attribute, filter }
    const [, sub] = /^\.([A-Za-z$][\w$-]*)$/.exec(word(reader)) ?? []
    if (sub === undefined) throw new Malformed()
    return { attribute, filter, sub }
  })
}

function reading<T>(
  text: string,
  type: 'invalidFilter' | 'invalidPath',
  read: (reader: Reader) => T,
): T {
  const tokens = filterTokens(text)
  if (tokens !== undefined) {
    const reader = { tokens, place: 0, depth: 0, terms: 0 }
    try {
      const result = read(reader)
      if (reader.place === tokens.length) return result
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
    }
  }
  const { filterChars, filterDepth, filterTerms } = SCIM_LIMITS
  throw new ScimError(
    type,
    `the text is not as RFC 7644 says, or has more than ${filterChars} characters, ${filterTerms} comparisons or ${filterDepth} levels`,
  )
}

/** `and` binds stronger than `or`. */
function readOr(reader: Reader): Filter {
  return readList(reader, 'or', () => readList(reader, 'and', () => readTerm(reader)))
}

function readList(reader: Reader, kind: 'and' | 'or', read: () => Filter): Filter {
  const first = read()
  const of = [first]
  while (takeWord(reader, kind)) of.push(read())
  return of.length === 1 ? first : { kind, of }
}

function readTerm(reader: Reader): Filter {
  const isDenied = takeWord(reader, 'not')
  if (takeMark(reader, '(')) {
    const of = nested(reader, () => readOr(reader))
    if (!takeMark(reader, ')')) throw new Malformed()
    return isDenied ? { kind: 'not', of } : of
  }
  if (isDenied) throw new Malformed()
  return readComparison(reader)
}

function readComparison(reader: Reader): Filter {
  if (++reader.terms > SCIM_LIMITS.filterTerms) throw new Malformed()
  const name = word(reader)
  if (!NAME.test(name)) throw new Malformed()
  const path = foldPath(name)
  if (takeMark(reader, '[')) {
    const of = nested(reader, () => readOr(reader))
    if (!takeMark(reader, ']')) throw new Malformed()
    return { kind: 'values', path, of }
  }
  const operator = word(reader).toLowerCase()
  if (operator === 'pr') return { kind: 'present', path }
  if (!OPERATORS.has(operator)) throw new Malformed()
  return { kind: 'compare', path, operator: operator as Operator, value: readValue(reader) }
}

function readValue(reader: Reader) {
  const token = reader.tokens[reader.place++]
  if (token?.kind === 'text') return token.value
  const value = token?.kind === 'word' ? jsonValue(token.text) : undefined
  if (value === undefined) throw new Malformed()
  return value
}

function nested<T>(reader: Reader, read: () => T): T {
  if (++reader.depth > SCIM_LIMITS.filterDepth) throw new Malformed()
  const result = read()
  reader.depth--
  return result
}

function word(reader: Reader): string {
  const token = reader.tokens[reader.place++]
  if (token?.kind !== 'word') throw new Malformed()
  return token.text
}

function takeMark(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.place]
  const isThere = token?.kind === 'mark' && token.text === text
  if (isThere) reader.place++
  return isThere
}

function takeWord(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.place]
  const isThere = token?.kind === 'word' && token.text.toLowerCase() === text
  if (isThere) reader.place++
  return isThere
}
