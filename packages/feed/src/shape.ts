/** Readers for parsed JSON: each gives the typed value, or undefined for anything else. */

export type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as JsonObject) : undefined
}

/** A whole number from 0 that a double holds exactly. */
export function asCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

export function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

export function asText(value: unknown, mostChars: number): string | undefined {
  return typeof value === 'string' && value.length <= mostChars ? value : undefined
}

export function asMatch(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

/** Every item must be readable, or the whole list is not. */
export function asList<T>(
  value: unknown,
  most: number,
  read: (item: unknown) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const list: T[] = []
  for (const item of value as unknown[]) {
    const one = read(item)
    if (one === undefined) return undefined
    list.push(one)
  }
  return list
}
