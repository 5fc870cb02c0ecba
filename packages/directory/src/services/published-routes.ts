import { createHash } from 'node:crypto'
import type { RouteDeclaration } from '@latchkey/protocol'
import { atMost } from '../checks/at-most.ts'
import { checkRoute } from '../checks/service.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'

/** A list of routes as a version of a service has declared it: checked, each once, in an order that is always the same. */
export interface Declared {
  /** By key, sorted, so that numbers do not depend on the order in which a router was filled. */
  readonly routes: ReadonlyMap<string, RouteDeclaration>
  readonly version: string
}

/** 96 bits of SHA-256. */
const VERSION_CHARS = 16

/** Throws InputError `too-many` or `route`. */
export function declaredRoutes(list: readonly RouteDeclaration[]): Declared {
  atMost(DIRECTORY_LIMITS.routesPerService, list, 'routes')
  for (const [index, route] of list.entries()) checkRoute(route, `routes[${index}]`)
  const byKey = new Map(list.map((route) => [routeKey(route), route]))
  const routes = new Map([...byKey].sort(([a], [b]) => (a < b ? -1 : 1)))
  const hash = createHash('sha256')
  for (const [key, route] of routes) hash.update(`${key} ${route.public ?? ''}\n`)
  return { routes, version: hash.digest('base64url').slice(0, VERSION_CHARS) }
}

export function routeKey({ method, pattern }: RouteDeclaration): string {
  return `${pattern} ${method}`
}

/** One of them as it is stored, in the order of the keys: its number, and what was declared, 1 for public and 0 for closed. */
export type PublishedRoute = readonly [number: number, declared?: 0 | 1]

export function publishedRoute(
  number: number,
  { public: isPublic }: RouteDeclaration,
): PublishedRoute {
  if (isPublic === undefined) return [number]
  return [number, isPublic ? 1 : 0]
}
