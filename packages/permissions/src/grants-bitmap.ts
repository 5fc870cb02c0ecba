import type { NumberedRoute } from './catalogue-hash.ts'
import { grantIndex } from './grant-index.ts'
import { encodeRouteBitmap, hasRouteNumber } from './route-bitmap.ts'

/** The numbers of all routes of a catalogue that a list of grants covers, as `b` of the claim `routes`. */
export function grantsBitmap(grants: Iterable<string>, catalogue: Iterable<NumberedRoute>): string {
  const { allows } = grantIndex(grants)
  const numbers: number[] = []
  for (const { number, method, pattern } of catalogue) {
    if (allows(method, pattern)) numbers.push(number)
  }
  return encodeRouteBitmap(numbers)
}

/**
 * A grant for each route that a bitmap names, to be read or narrowed further. A pattern that is no grant (an expression
 * with a slash in it) covers nothing then.
 */
export function bitmapGrants(bitmap: string, catalogue: Iterable<NumberedRoute>): string[] {
  const grants: string[] = []
  for (const { number, method, pattern } of catalogue) {
    if (hasRouteNumber(bitmap, number)) grants.push(`${method} ${pattern}`)
  }
  return grants
}
