/** JSON of a frame: RFC 8259, minus what two readers could understand differently (attack K14). */

/** The deepest message of the protocol has five levels; unknown messages get some room. */
const MOST_LEVELS = 16

export type JsonOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bad'; readonly fault: 'not_json' | 'too_deep' | 'duplicate_member' }

/**
 * Parses a text, and refuses nesting that is too deep and objects that name a member twice: JSON.parse would keep the
 * last one silently (RFC 8259 section 4 leaves it open).
 */
export function readJson(text: string): JsonOutcome {
  const { levels, members } = measure(text)
  if (levels > MOST_LEVELS) return { kind: 'bad', fault: 'too_deep' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'bad', fault: 'not_json' }
  }
  if (countMembers(value) !== members) return { kind: 'bad', fault: 'duplicate_member' }
  return { kind: 'value', value }
}

/** Levels of nesting, and colons outside strings: in valid JSON there is one for each member that was written. */
function measure(text: string): { levels: number; members: number } {
  let level = 0
  let levels = 0
  let members = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (inString) {
      if (char === '\\') i++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === ':') members++
    else if (char === '{' || char === '[') levels = Math.max(levels, ++level)
    else if (char === '}' || char === ']') level--
  }
  return { levels, members }
}

/** Members that are left after parsing: fewer than were written when a name came twice. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const values = Object.values(value)
  const own = Array.isArray(value) ? 0 : values.length
  return values.reduce<number>((sum, one) => sum + countMembers(one), own)
}
