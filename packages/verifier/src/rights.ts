import { type CompiledGrants, compileGrants } from '@latchkey/permissions'
import type { AccessTokenClaims, RouteDeclaration } from '@latchkey/protocol'

export interface Rights {
  may(claims: AccessTokenClaims, method: string, route: string): boolean
  /** Answers about these claims are kept from now on. */
  remember(claims: AccessTokenClaims): void
  /** From now on every other route is closed to everybody. */
  publish(routes: readonly RouteDeclaration[]): void
}

/** Which route a caller may call: DESIGN section 4. */
export function rights(): Rights {
  const compiled = new WeakMap<AccessTokenClaims, CompiledGrants>()
  let catalogue: ReadonlyMap<string, ReadonlySet<string>> | undefined

  const known = (method: string, route: string) =>
    catalogue === undefined || catalogue.get(method)?.has(route) === true

  return {
    may: (claims, method, route) => {
      // RFC 9110 section 9.3.2: HEAD tells what GET would tell, so it needs GET.
      const wanted = method === 'HEAD' ? 'GET' : method
      if (!known(wanted, route)) return false
      const grants = compiled.get(claims) ?? compileGrants(claims.routes)
      return grants.allows(wanted, route)
    },
    remember: (claims) => {
      compiled.set(claims, compileGrants(claims.routes))
    },
    publish: (routes) => {
      const next = new Map<string, Set<string>>()
      for (const { method, pattern } of routes) {
        const wanted = method === 'HEAD' ? 'GET' : method
        const patterns = next.get(wanted) ?? new Set()
        next.set(wanted, patterns.add(pattern))
      }
      catalogue = next
    },
  }
}
