import { readFileSync } from 'node:fs'

export type JsonFile =
  | { readonly kind: 'json'; readonly value: unknown }
  /** `why`: the code of the system, or `not JSON`. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** What stands in a JSON file. What is wrong is told without its text, which may be a secret key. */
export function readJsonFile(file: string): JsonFile {
  try {
    return { kind: 'json', value: JSON.parse(readFileSync(file, 'utf8')) }
  } catch (cause) {
    const { code: why = 'not JSON' } = cause as { code?: string }
    return { kind: 'unreadable', why }
  }
}
