import { isUtf8 } from 'node:buffer'

type Members = Record<string, unknown>

/**
 * Reads one JSON object strictly: UTF-8 without byte order mark, no member twice at any depth, no `__proto__`, no lone
 * surrogates. Undefined when the bytes are anything else.
 *
 * `JSON.parse` keeps the last of two members, and so may differ from what another reader saw (RFC 8259 section 4). A
 * repeated member, however it is spelled, leaves fewer members in the value than names in the text; counting
 * both finds it without a parser of our own.
 *
 * @param length how many of the bytes, from the first on; all of them when left out
 */
export function parseStrictObject(bytes: Buffer, length = bytes.length): Members | undefined {
  const text = textOf(bytes, length)
  const value = jsonOf(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const strict = isPlainAndFlat(text, value) || countMembers(value) === countNames(text)
  return strict ? (value as Members) : undefined
}

/** The same for a JSON array. */
export function parseStrictList(bytes: Buffer): readonly unknown[] | undefined {
  const text = textOf(bytes, bytes.length)
  const value = jsonOf(text)
  if (!Array.isArray(value)) return undefined
  return countMembers(value) === countNames(text) ? value : undefined
}

/** Empty, which is no JSON, when the bytes are not UTF-8. */
function textOf(bytes: Buffer, length: number): string {
  const text = bytes.toString('utf8', 0, length)
  // Decoding writes U+FFFD for what is none. Only where there is one it takes a second look whose it is.
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(0, length)) ? '' : text
}

/** Undefined, which no JSON stands for, when the text is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The same question for the payloads that we write ourselves, at a third of the price: no escapes, no objects inside, and
 * as many members as there are colons after a quotation mark. Such a colon follows a name, or begins a string;
 * the latter only makes the count too large. False means: count properly.
 */
function isPlainAndFlat(text: string, value: object): boolean {
  if (text.includes('\\') || text.includes('{', 1) || Object.hasOwn(value, '__proto__'))
    return false
  let names = 0
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1)
    if (before === QUOTE) names++
    // White space: this colon may follow a name too.
    else if (before <= SPACE) return false
  }
  return names === Object.keys(value).length
}

const SPACE = 0x20
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** How many member names a JSON text has: colons outside strings. */
function countNames(text: string): number {
  let names = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) inString = !inString
    else if (char === BACKSLASH) at++
    else if (char === COLON && !inString) names++
  }
  return names
}

/** How many members a value has, at all depths; NaN, which equals nothing, when something in it is refused. */
function countMembers(root: object): number {
  let members = 0
  // Grows while it is walked; a recursion could be driven as deep as the token is long.
  const pending: unknown[] = [root]
  for (const value of pending) {
    if (typeof value === 'string' && !value.isWellFormed()) return Number.NaN
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const item of value) pending.push(item)
      continue
    }
    for (const [name, member] of Object.entries(value)) {
      if (name === '__proto__' || !name.isWellFormed()) return Number.NaN
      members++
      pending.push(member)
    }
  }
  return members
}
