/** Which route a request leads to, by what the service has published. */
import type { CatalogueRoute } from '@latchkey/directory'
import { type Check, failed, passed, unknown } from './explanation.ts'
import { matchRoute } from './match-route.ts'

export interface AskedRequest {
  /** In capitals. */
  readonly method: string
  /** Without a query. */
  readonly path: string
}

export interface RoutedCheck {
  /** Absent: there is none. */
  readonly route?: CatalogueRoute
  readonly check: Check
}

export function routeCheck(
  catalogue: readonly CatalogueRoute[],
  { method, path }: AskedRequest,
): RoutedCheck {
  // A service in another language may publish nothing; then its grants are compared with what it asks about.
  if (catalogue.length === 0) return asPattern({ method, path }, 'no_catalogue')
  const match = matchRoute(catalogue, method, path)
  const textOf = (route: CatalogueRoute) => `${route.method} ${route.pattern}`
  const perhaps = match.perhaps.length > 0 && { perhaps: match.perhaps.map(textOf) }
  if (match.kind === 'unmatched') {
    const detail = { methods: match.methods, ...perhaps }
    if (perhaps) return { check: unknown('route', 'expression', detail) }
    return { check: failed('route', 'not_found', detail) }
  }
  const { route, others } = match
  const detail = {
    route: textOf(route),
    public: route.public === true,
    ...(others.length > 0 && { others: others.map(textOf) }),
    ...perhaps,
  }
  return {
    route,
    check: perhaps ? unknown('route', 'expression', detail) : passed('route', detail),
  }
}

/** The path itself is taken for the pattern of a route. */
export function asPattern({ method, path }: AskedRequest, reason: string): RoutedCheck {
  const route = { method, pattern: path, number: Number.POSITIVE_INFINITY, current: true }
  return { route, check: unknown('route', reason) }
}
