import type { Filter, FilterValue, Operator } from '../filter/filter.ts'
import type { Document } from '../schemas/canonical.ts'
import { ScimError } from '../scim-error.ts'

const TEXTS: Readonly<Partial<Record<Operator, (one: string, other: string) => boolean>>> = {
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  co: (one, other) => one.includes(other),
  sw: (one, other) => one.startsWith(other),
  ew: (one, other) => one.endsWith(other),
}

/**
 * Whether one value of a multi-valued attribute fits the filter of a path. Texts are compared without case.
 * @throws ScimError `invalidFilter`
 */
export function matches(value: Document, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((one) => matches(value, one))
    case 'or':
      return filter.of.some((one) => matches(value, one))
    case 'not':
      return !matches(value, filter.of)
    case 'present':
      return memberOf(value, filter.path) !== undefined
    case 'compare': {
      const compare = TEXTS[filter.operator]
      if (!compare) throw new ScimError('invalidFilter', `${filter.operator} is not for paths`)
      return compare(textOf(memberOf(value, filter.path)), textOf(filter.value))
    }
    case 'values':
      throw new ScimError('invalidFilter', 'brackets inside brackets')
  }
}

/** What a value has to have that fits the filter: its equalities. Undefined when it is not made of those alone. */
export function madeBy(filter: Filter): Record<string, FilterValue> | undefined {
  if (filter.kind === 'compare' && filter.operator === 'eq') return { [filter.path]: filter.value }
  if (filter.kind !== 'and') return undefined
  const parts = filter.of.map(madeBy)
  if (parts.includes(undefined)) return undefined
  return Object.assign({}, ...parts)
}

function memberOf(value: Document, path: string): unknown {
  return Object.entries(value).find(([name]) => name.toLowerCase() === path)?.[1]
}

/** Absent is no text, and not the text of nothing. */
function textOf(value: unknown): string {
  return value === undefined ? '\0' : String(value).toLowerCase()
}
