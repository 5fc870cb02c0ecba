import type { CompiledGrants } from './compile-grants.ts'
import { withoutOptional } from './covers.ts'
import { parseGrant } from './parse-grant.ts'
import { routeShape } from './route-shape.ts'

/**
 * The same decisions as `compileGrants`, for long lists that are asked about many routes: every grant is read once, and
 * an answer costs a look for each segment of the route, however many grants there are.
 */
export function grantIndex(list: Iterable<string>): CompiledGrants {
  /** `METHOD /shape` of the grants without `*`, and `METHOD /shape/` of what stands above the `*` of the others. */
  const exact = new Set<string>()
  const above = new Set<string>()
  for (const text of list) {
    const outcome = parseGrant(text)
    if (outcome.kind === 'invalid') continue
    const { method, pattern, wildcard } = outcome.grant
    if (wildcard) above.add(`${method} ${routeShape(pattern.slice(0, -1))}`)
    else exact.add(`${method} ${routeShape(pattern)}`)
  }
  return {
    allows: (method, route) => {
      const wanted = method === 'HEAD' ? 'GET' : method
      const shape = routeShape(route)
      if (exact.has(`${wanted} ${shape}`) || exact.has(`* ${shape}`)) return true
      return isBelow(above, wanted, shape)
    },
  }
}

/** Both paths that a pattern with an optional parameter answers have to lie below the `*`. */
function isBelow(above: ReadonlySet<string>, method: string, shape: string): boolean {
  const shorter = withoutOptional(shape)
  for (let slash = shape.indexOf('/'); slash >= 0; slash = shape.indexOf('/', slash + 1)) {
    const top = shape.slice(0, slash + 1)
    if (!shorter.startsWith(top)) return false
    if (above.has(`${method} ${top}`) || above.has(`* ${top}`)) return true
  }
  return false
}
