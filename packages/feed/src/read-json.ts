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

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
/** `[` and `{`, and `]` and `}`, differ in this bit alone. */
const CURLY = 0x20
const OPENING = 0x7b
const CLOSING = 0x7d

/** Levels of nesting, and colons outside strings: in valid JSON there is one for each member that was written. */
function measure(text: string): { levels: number; members: number } {
  const { length } = text
  let level = 0
  let levels = 0
  let members = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfString(text, i)
    else if (code === COLON) members++
    else if ((code | CURLY) === OPENING) levels = Math.max(levels, ++level)
    else if ((code | CURLY) === CLOSING) level--
  }
  return { levels, members }
}

/** Most of a snapshot is strings, so that they are passed over by the engine. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (at - first) % 2 === 1
}
