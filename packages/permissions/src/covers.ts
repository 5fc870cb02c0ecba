import type { Grant } from './grant.ts'
import { routeShape } from './route-shape.ts'

/** An optional last segment in a shape, as find-my-way 9 recognises it, and the slash that may follow it. */
const OPTIONAL = /\/:[^/()]*\?(\/?)$/

/**
 * Whether a grant covers a route: DESIGN section 4, and the table in the README. `method` and `route` are the route's own,
 * as the router declared them (`request.method`, `request.routeOptions.url`), not text of a URL.
 */
export function covers(grant: Grant, method: string, route: string): boolean {
  return coversMethod(grant, method) && coversShape(grant, routeShape(route))
}

export function coversMethod(grant: Grant, method: string): boolean {
  // RFC 9110 section 9.3.2: HEAD tells what GET would tell.
  return grant.method === '*' || grant.method === (method === 'HEAD' ? 'GET' : method)
}

export function coversShape(grant: Grant, shape: string): boolean {
  if (!grant.wildcard) return shape === grant.shape
  // `grant.shape` ends in a slash, so that only whole segments are compared.
  return shape.startsWith(grant.shape) && withoutOptional(shape).startsWith(grant.shape)
}

/** The shorter of the two paths that a pattern with an optional parameter answers. */
function withoutOptional(shape: string): string {
  return shape.includes('?') ? shape.replace(OPTIONAL, '$1') || '/' : shape
}
