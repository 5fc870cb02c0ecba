/** How many names an error tells. */
const NAMED = 5

/** How many rows to read for `someNames`: one more than it tells, so that it knows of others. */
export const SOME_NAMES_ROWS = NAMED + 1

/** The first few of what may be many, for an error: `ada, bob and others`. */
export function someNames(names: readonly string[]): string {
  return `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ' and others' : ''}`
}
