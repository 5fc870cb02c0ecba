/** `authorization_details`: RFC 9396 sections 2 and 5. One type, by which a client asks for less than the person may do. */
import { GRANT_LIMITS, parseGrant } from '@latchkey/permissions'
import { OAuthError, ROUTES_DETAIL_TYPE, type RoutesDetail } from '@latchkey/protocol'
import { parseStrictList } from '@latchkey/tokens'
import type { Parameters } from '../http/parameters.ts'

/** Bounds of what is kept with a code and shown to a person. */
const MOST_CHARS = 4096
const MOST_DETAILS = 8
const MOST_ROUTES = 32

const MEMBERS: ReadonlySet<string> = new Set(['type', 'locations', 'routes'])

/** Undefined when the parameter is absent. @throws OAuthError invalid_authorization_details, which says what is wrong */
export function checkAuthorizationDetails(
  parameters: Parameters,
): readonly RoutesDetail[] | undefined {
  const text = parameters.get('authorization_details')
  if (text === undefined) return undefined
  if (text.length > MOST_CHARS)
    throw refuse('too_long', `it is longer than ${MOST_CHARS} characters`)
  // Strictly: a reader before us may have seen the other one of two members.
  const list = parseStrictList(Buffer.from(text))
  if (list === undefined || list.length === 0 || list.length > MOST_DETAILS) {
    throw refuse('no_list', `it must be a JSON array of 1 to ${MOST_DETAILS} objects`)
  }
  const details = list.map(checkDetail)
  // One token is for one service (RFC 8707 section 2).
  if (new Set(details.map(({ locations }) => locations[0])).size > 1) {
    throw refuse('several_locations', 'all of them must name the same location')
  }
  return details
}

/** The service that the details are of. */
export function detailsAudience(details: readonly RoutesDetail[] | undefined): string | undefined {
  return details?.[0]?.locations[0]
}

function checkDetail(value: unknown): RoutesDetail {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('no_object', 'each entry must be an object')
  }
  const { type, locations, routes } = value as Record<string, unknown>
  if (type !== ROUTES_DETAIL_TYPE) {
    throw refuse('type_unknown', `the only type is ${ROUTES_DETAIL_TYPE}`)
  }
  // Section 5: an unknown member is refused, because what it was meant to forbid would be allowed.
  const unknown = Object.keys(value).find((member) => !MEMBERS.has(member))
  if (unknown !== undefined)
    throw refuse('member_unknown', 'its members are type, locations, routes')
  const [location, ...more] = Array.isArray(locations) ? locations : []
  if (typeof location !== 'string' || more.length > 0) {
    throw refuse('locations', 'locations must name exactly one service')
  }
  return { type, locations: [location], routes: checkRoutes(routes) }
}

function checkRoutes(routes: unknown): readonly string[] {
  if (!Array.isArray(routes) || routes.length === 0 || routes.length > MOST_ROUTES) {
    throw refuse('routes', `routes must be a list of 1 to ${MOST_ROUTES} grants`)
  }
  for (const route of routes) {
    const isGrant =
      typeof route === 'string' &&
      route.length <= GRANT_LIMITS.grantChars &&
      parseGrant(route).kind === 'grant'
    if (!isGrant) throw refuse('route_syntax', 'a route is a grant such as GET /orders/*')
  }
  return routes as string[]
}

function refuse(reason: string, what: string): OAuthError {
  return new OAuthError('invalid_authorization_details', `details_${reason}`, {
    description: `authorization_details: ${what}`,
  })
}
