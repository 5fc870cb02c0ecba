/** RFC 7240 section 2: the `Prefer` header. What is not well-formed or not known is no reason to refuse a request. */

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const WORD = `(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")`
const ITEM = `(${TOKEN})(?:[ \\t]*=[ \\t]*(${WORD}))?((?:[ \\t]*;[^,"]*(?:"(?:[^"\\\\]|\\\\.)*"[^,"]*)*)?)`
const PREFERENCE = new RegExp(`[ \\t]*(?:${ITEM})?[ \\t]*(,|$)`, 'y')

/** RFC 7240 section 2: of a preference that is said more than once the first one counts. Names are in lower case. */
export function parsePrefer(header: string): ReadonlyMap<string, string> {
  const preferences = new Map<string, string>()
  PREFERENCE.lastIndex = 0
  while (PREFERENCE.lastIndex < header.length) {
    const found = PREFERENCE.exec(header)
    if (!found) return preferences
    const name = found[1]?.toLowerCase()
    if (name !== undefined && !preferences.has(name)) preferences.set(name, unquoted(found[2]))
  }
  return preferences
}

/** Section 4.3: whole seconds, at most `mostSeconds`; undefined when nobody asked to wait. */
export function preferredWait(
  header: string | readonly string[] | undefined,
  mostSeconds: number,
): number | undefined {
  const wait = parsePrefer([header ?? ''].flat().join(', ')).get('wait')
  if (wait === undefined || !/^\d{1,9}$/.test(wait)) return undefined
  return Math.min(Number(wait), mostSeconds)
}

function unquoted(word = ''): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word
}
