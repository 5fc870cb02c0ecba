/** Which route a caller may call: packages/permissions/README.md. */
import { compileGrants } from '@latchkey/permissions'
import type { AccessTokenClaims } from '@latchkey/protocol'
import { type KnownRoute, type RouteBook, rightFor, UNNUMBERED } from './route-book.ts'
import type { TokenCache } from './token-cache.ts'

export type May = (claims: AccessTokenClaims, method: string, route: string) => boolean

/** Answers about a token that is remembered are kept with it, a bit for each route. */
export function rights(cache: Pick<TokenCache, 'of'>, book: Pick<RouteBook, 'find'>): May {
  return (claims, method, route) => {
    const wanted = rightFor(method)
    const known = book.find(wanted, route)
    if (known === undefined) return false
    const cached = cache.of(claims)
    if (cached === undefined) return covers(claims.routes, known, wanted, route)
    const bit = known.number === UNNUMBERED ? 0 : 1 << known.number
    if ((cached.decided & bit) !== 0) return (cached.allowed & bit) !== 0
    const allowed = covers(claims.routes, known, wanted, route)
    cached.decided |= bit
    if (allowed) cached.allowed |= bit
    return allowed
  }
}

/** A grant that has covered this route covers it again: most callers come with one of the same few. */
function covers(
  grants: readonly string[],
  known: KnownRoute,
  method: string,
  route: string,
): boolean {
  for (const grant of grants) if (known.covering.includes(grant)) return true
  for (const grant of grants) {
    if (!compileGrants([grant]).allows(method, route)) continue
    if (known.covering.length < known.mostCovering) known.covering.push(grant)
    return true
  }
  return false
}
