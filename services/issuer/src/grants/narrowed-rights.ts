/** What `authorization_details` leave of the rights: RFC 9396 sections 6 and 7. */
import { OAuthError, ROUTES_DETAIL_TYPE, type RoutesDetail } from '@latchkey/protocol'
import { checkAuthorizationDetails } from '../checks/authorization-details.ts'
import { liesWithin, sharedRoutes } from '../checks/shared-routes.ts'
import type { Parameters } from '../http/parameters.ts'

/**
 * The details that a token request asks for now: those that were granted, or fewer (section 6: a refresh may only narrow).
 * @throws OAuthError invalid_authorization_details when it asks for more
 */
export function narrowDetails(
  parameters: Parameters,
  granted: readonly RoutesDetail[] | undefined,
  audience: string,
): readonly RoutesDetail[] | undefined {
  const asked = checkAuthorizationDetails(parameters)
  if (asked === undefined) return granted
  if (asked.some(({ locations }) => locations[0] !== audience)) {
    throw tooWide('another_location')
  }
  if (granted === undefined) return asked
  if (!liesWithin(routesOf(asked), routesOf(granted))) throw tooWide('wider_than_granted')
  return asked
}

/** The rights that both the person (or machine) and the details give. */
export function narrowRoutes(
  routes: readonly string[],
  details: readonly RoutesDetail[] | undefined,
  audience: string,
): readonly string[] {
  if (details === undefined) return routes
  // Details of another service say nothing about this one: whoever was granted some routes there was granted none here.
  if (details.some(({ locations }) => locations[0] !== audience)) return []
  return sharedRoutes(routes, routesOf(details))
}

/** Section 7: what was granted is told, in the same form. */
export function grantedDetails(
  routes: readonly string[],
  details: readonly RoutesDetail[] | undefined,
  audience: string,
): { readonly authorization_details?: readonly RoutesDetail[] } {
  if (details === undefined) return {}
  return {
    authorization_details: [{ type: ROUTES_DETAIL_TYPE, locations: [audience], routes }],
  }
}

function routesOf(details: readonly RoutesDetail[]): string[] {
  return details.flatMap(({ routes }) => routes)
}

function tooWide(reason: string): OAuthError {
  return new OAuthError('invalid_authorization_details', `details_${reason}`, {
    description: 'authorization_details exceed what was granted',
  })
}
