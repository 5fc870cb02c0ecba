import { type CompiledGrants, compileGrants } from '@latchkey/permissions'
import { type AccessTokenClaims, isRouteList } from '@latchkey/protocol'

/** What the caller of the admin API may call, by its token. Rights that are no list of grants open nothing here. */
export function callerRights(claims: AccessTokenClaims | undefined): CompiledGrants {
  const routes = claims?.routes ?? []
  return compileGrants(isRouteList(routes) ? routes : [])
}
