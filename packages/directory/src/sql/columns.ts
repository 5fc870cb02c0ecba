import type { Flag } from './tables.ts'

/** Values between JavaScript and columns that SQLite and PostgreSQL share. */

export function flag(value: boolean): Flag {
  return value ? 1 : 0
}

/** A list of texts that the directory itself wrote. */
export function textList<T extends string>(column: string): T[] {
  return JSON.parse(column)
}

/** The member only when the column has a value, as `exactOptionalPropertyTypes` wants it. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | null,
): { [K in Key]?: Value } {
  return (value === null ? {} : { [key]: value }) as { [K in Key]?: Value }
}

/** An object that is only ever read whole, as JSON text. */
export function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
