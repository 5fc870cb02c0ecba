import type { Grant } from './grant.ts'
import { routeShape } from './route-shape.ts'

/** An optional last segment in a shape, as find-my-way 9 recognises it, and the slash that may follow it. */
const OPTIONAL = /\/:[^/()]*\?(\/?)$/

/**
 * Whether a grant covers a route: the table in the README. `method` and `route` are the route's own,
 * as the router declared them (`request.method`, `request.routeOptions.url`), not text of a URL.
 */
export function covers(grant: Grant, method: string, route: string): boolean {
  return coversMethod(grant, method) && coversPattern(grant, route)
}

function coversMethod(grant: Grant, method: string): boolean {
  // RFC 9110 section 9.3.2: HEAD tells what GET would tell.
  return grant.method === '*' || grant.method === (method === 'HEAD' ? 'GET' : method)
}

function coversPattern({ pattern, wildcard }: Grant, route: string): boolean {
  if (pattern === route) return true
  const shape = routeShape(route)
  if (!wildcard) return routeShape(pattern) === shape
  // Up to and with the slash before the `*`, so that only whole segments are compared.
  const above = routeShape(pattern.slice(0, -1))
  return shape.startsWith(above) && withoutOptional(shape).startsWith(above)
}

/** The shorter of the two paths that a pattern with an optional parameter answers. */
export function withoutOptional(shape: string): string {
  return shape.includes('?') ? shape.replace(OPTIONAL, '$1') || '/' : shape
}
