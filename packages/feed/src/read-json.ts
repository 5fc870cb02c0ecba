/** JSON of a frame: RFC 8259, minus what two readers could understand differently (attack K14). */
import { countMembers, MOST_LEVELS, type ReadOutcome } from './read-outcome.ts'

/**
 * Parses a text, and refuses nesting that is too deep and objects that name a member twice: JSON.parse would keep the
 * last one silently (RFC 8259 section 4 leaves it open).
 */
export function readJson(text: string): ReadOutcome {
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
