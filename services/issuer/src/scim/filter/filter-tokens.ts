import { SCIM_LIMITS } from '../scim-limits.ts'
import type { FilterValue } from './filter.ts'

export type Token =
  | { readonly kind: 'mark'; readonly text: '(' | ')' | '[' | ']' }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }

/** White space, then a bracket, a JSON text, or a word: a name, a URN, an operator, a number. */
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([\w$:.+-]+))/y

/** Undefined when it is longer than a filter may be, or has something else in it. */
export function filterTokens(text: string): Token[] | undefined {
  if (text.length > SCIM_LIMITS.filterChars) return undefined
  const tokens: Token[] = []
  const source = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const [, mark, quoted, word] = TOKEN.exec(source) ?? []
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark as '(' })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else {
      const value = jsonValue(quoted)
      if (typeof value !== 'string') return undefined
      tokens.push({ kind: 'text', value })
    }
  }
  return tokens
}

/** A JSON text, number, boolean or null; `True` as well, which some clients write. */
export function jsonValue(text: string | undefined): FilterValue | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(
      /^(?:true|false|null)$/i.test(text) ? text.toLowerCase() : text,
    )
    return typeof value === 'object' && value !== null ? undefined : (value as FilterValue)
  } catch {
    return undefined
  }
}
