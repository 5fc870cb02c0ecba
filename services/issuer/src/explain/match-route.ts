/** Which route of a catalogue a path leads to: the router of Fastify, find-my-way, on the routes that the service has published. */
import type { CatalogueRoute } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import findMyWay, { type HTTPMethod } from 'find-my-way'

export type RouteMatch =
  | {
      readonly kind: 'matched'
      readonly route: CatalogueRoute
      /** Other routes that answer this path where the matched one is missing. */
      readonly others: readonly CatalogueRoute[]
      /** Routes with a regular expression that may come first: only the service's own router knows. */
      readonly perhaps: readonly CatalogueRoute[]
    }
  /** `methods`: those with which the path leads somewhere. */
  | {
      readonly kind: 'unmatched'
      readonly methods: readonly string[]
      readonly perhaps: readonly CatalogueRoute[]
    }

/** @param path without a query */
export function matchRoute(
  catalogue: readonly CatalogueRoute[],
  method: string,
  path: string,
): RouteMatch {
  // RFC 9110 section 9.3.2: HEAD needs GET, and is never published.
  const wanted = method === 'HEAD' ? 'GET' : method
  const near = catalogue.filter((route) => route.current && mayAnswer(route, path))
  const [own, foreign] = [near.filter(isOf(wanted)), near.filter((route) => !isOf(wanted)(route))]
  const perhaps = own.filter(hasExpression)
  const plain = own.filter((route) => !hasExpression(route))
  const route = routed(plain, path)
  if (route === undefined) {
    const methods = foreign.filter((one) => routed([one], path)).map((one) => one.method)
    return { kind: 'unmatched', methods: [...new Set(methods)].sort(), perhaps }
  }
  const others = plain.filter((one) => one !== route && routed([one], path))
  return { kind: 'matched', route, others, perhaps }
}

function isOf(method: string): (route: CatalogueRoute) => boolean {
  return (route) => route.method === method
}

/** What stands before the first parameter is compared letter by letter, and spares most of a large catalogue a router. */
function mayAnswer({ pattern }: CatalogueRoute, path: string): boolean {
  // An optional parameter takes the slash before it along.
  const fixed = pattern.replace(/\/?[:*].*$/s, '')
  // Written in another way, which only the router reads.
  const isEscaped = pattern.includes('::') || path.slice(0, fixed.length).includes('%')
  return isEscaped || path.startsWith(fixed)
}

/** An expression of a service must not run here: it could take for ever. */
function hasExpression({ pattern }: CatalogueRoute): boolean {
  return pattern.includes('(')
}

function routed(routes: readonly CatalogueRoute[], path: string): CatalogueRoute | undefined {
  // Services set limits of their own on parameters.
  const router = findMyWay({ maxParamLength: LIMITS.uriChars })
  for (const route of routes) {
    try {
      router.on(route.method as HTTPMethod, route.pattern, () => {}, route)
    } catch {
      // Two living versions of the service name a parameter differently, or the pattern is of another router.
    }
  }
  const [method] = routes.map((route) => route.method)
  if (method === undefined) return undefined
  return router.find(method as HTTPMethod, path)?.store as CatalogueRoute | undefined
}
