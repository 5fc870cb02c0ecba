import { withoutOptional } from './covers.ts'
import type { Grant } from './grant.ts'
import { parseGrant } from './parse-grant.ts'
import { routeShape } from './route-shape.ts'

/**
 * Which grants of a long list cover a route, sorted by code unit: what `covers` says of each. Every grant is read once,
 * and an answer costs a look for each segment of the route, however many grants there are.
 */
export function grantFinder(
  list: Iterable<string>,
): (method: string, route: string) => readonly string[] {
  const byPlace = new Map<string, Set<string>>()
  for (const text of list) {
    const outcome = parseGrant(text)
    if (outcome.kind === 'invalid') continue
    const place = grantPlace(outcome.grant)
    byPlace.set(place, (byPlace.get(place) ?? new Set()).add(text))
  }
  return (method, route) =>
    coveringPlaces(method, route)
      .flatMap((place) => [...(byPlace.get(place) ?? [])])
      .sort()
}

/** Grants of one place cover the same routes. */
export function grantPlace({ method, pattern, wildcard }: Grant): string {
  return wildcard
    ? `${method} ${routeShape(pattern.slice(0, -1))}*`
    : `${method} ${routeShape(pattern)}`
}

/** The places of all grants that cover a route; `method` and `route` as in `covers`. */
export function coveringPlaces(method: string, route: string): string[] {
  const shape = routeShape(route)
  const shorter = withoutOptional(shape)
  // A set, because the pattern of a route may end in `*` itself.
  const places = new Set([shape])
  for (let slash = shape.indexOf('/'); slash >= 0; slash = shape.indexOf('/', slash + 1)) {
    const top = shape.slice(0, slash + 1)
    // Both paths that a pattern with an optional parameter answers have to lie below the `*`.
    if (!shorter.startsWith(top)) break
    places.add(`${top}*`)
  }
  const wanted = method === 'HEAD' ? 'GET' : method
  return [...places].flatMap((place) => [`${wanted} ${place}`, `* ${place}`])
}
