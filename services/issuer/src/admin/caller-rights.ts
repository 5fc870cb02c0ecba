import { type CompiledGrants, compileGrants } from '@latchkey/permissions'
import { type AccessTokenClaims, isRouteList } from '@latchkey/protocol'

/** What the token of a caller of the admin API grants. Rights that are no list of grants open nothing here. */
export function callerGrants({ routes }: AccessTokenClaims): readonly string[] {
  return isRouteList(routes) ? routes : []
}

/** The same, for asking about a route. */
export function callerRights(claims: AccessTokenClaims): CompiledGrants {
  return compileGrants(callerGrants(claims))
}
