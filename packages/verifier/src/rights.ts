/** Which route a caller may call: packages/permissions/README.md. */
import { compileGrants, hasRouteNumber } from '@latchkey/permissions'
import { type AccessTokenClaims, isRouteList, type RoutesBitmap } from '@latchkey/protocol'
import type { Numbering } from './numbering.ts'
import {
  type KnownRoute,
  NOT_NUMBERED,
  type RouteBook,
  rightFor,
  UNNUMBERED,
} from './route-book.ts'
import type { TokenCache } from './token-cache.ts'

export type May = (claims: AccessTokenClaims, method: string, route: string) => boolean

export interface RightsDeps {
  readonly cache: Pick<TokenCache, 'of'>
  readonly book: Pick<RouteBook, 'find'>
  readonly numbering: Pick<Numbering, 'lengthOf'>
}

/** Answers about a list are kept with its token, a bit for each route. A bitmap is the answer already. */
export function rights({ cache, book, numbering }: RightsDeps): May {
  return (claims, method, route) => {
    const wanted = rightFor(method)
    const known = book.find(wanted, route)
    if (known === undefined) return false
    const cached = cache.of(claims)
    const bit = known.number === UNNUMBERED ? 0 : 1 << known.number
    // Before the claims are read: most of what a hit costs is waiting for memory.
    if (cached !== undefined && (cached.decided & bit) !== 0) return (cached.allowed & bit) !== 0
    const { routes } = claims
    if (!isRouteList(routes)) return isNumbered(routes, known, numbering)
    const allowed = covers(routes, known, wanted, route)
    if (cached === undefined) return allowed
    cached.decided |= bit
    if (allowed) cached.allowed |= bit
    return allowed
  }
}

/** Numbers from `length` on were given after the token was signed: whatever stands there is not about these routes. */
function isNumbered(
  bitmap: RoutesBitmap,
  { permanent }: KnownRoute,
  numbering: Pick<Numbering, 'lengthOf'>,
): boolean {
  const length = numbering.lengthOf(bitmap)
  if (length === undefined || permanent === NOT_NUMBERED || permanent >= length) return false
  return hasRouteNumber(bitmap.b, permanent)
}

/**
 * Whether a token says nothing about a route because the route is newer: then a fresh one does, and who lacks the right is told
 * by that.
 */
export function olderThanRoute({ book, numbering }: Omit<RightsDeps, 'cache'>): May {
  return ({ routes }, method, route) => {
    if (isRouteList(routes)) return false
    const known = book.find(rightFor(method), route)
    const length = numbering.lengthOf(routes)
    return known !== undefined && length !== undefined && known.permanent >= length
  }
}

/** A grant that has covered this route covers it again: most callers come with one of the same few. */
function covers(
  grants: readonly string[],
  known: KnownRoute,
  method: string,
  route: string,
): boolean {
  for (const grant of known.covering) if (grants.includes(grant)) return true
  for (const grant of grants) {
    if (!compileGrants([grant]).allows(method, route)) continue
    if (known.covering.length < known.mostCovering) known.covering.push(grant)
    return true
  }
  return false
}
