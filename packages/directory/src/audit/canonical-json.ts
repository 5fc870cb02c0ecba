/** One spelling for one value: JSON Canonicalization Scheme, RFC 8785 section 3.2. */

/**
 * Of plain JSON. Numbers and strings are written as ECMAScript does, members sorted by UTF-16 code units.
 * @param cleaned what becomes of each text, names of members included; default: nothing
 */
export function canonicalJson(value: unknown, cleaned: (text: string) => string = same): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, cleaned)).join(',')}]`
  if (typeof value === 'string') return JSON.stringify(cleaned(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .map(([name, member]) => [cleaned(name), member] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member, cleaned)}`)
  return `{${members.join(',')}}`
}

const same = (text: string): string => text
