import type { Entry, Located } from './located.ts'

/** A JWK set with certificates has five. */
const MOST_LEVELS = 8

/** A JSON value with its places, as settings are read; undefined when it is nested too deeply. */
export function locateJson(value: unknown, at: string, level = 0): Located | undefined {
  if (level > MOST_LEVELS) return undefined
  if (Array.isArray(value)) {
    const items = value.map((one, index) => locateJson(one, `${at}[${index}]`, level + 1))
    return items.every((one) => one !== undefined) ? { kind: 'list', at, items } : undefined
  }
  if (typeof value !== 'object' || value === null) {
    return { kind: 'scalar', at, value: value as string | number | boolean | null }
  }
  const entries = new Map<string, Entry>()
  for (const [name, member] of Object.entries(value)) {
    const found = locateJson(member, at === '' ? name : `${at}.${name}`, level + 1)
    if (found === undefined) return undefined
    entries.set(name, { keyAt: at, value: found })
  }
  return { kind: 'group', at, entries }
}
