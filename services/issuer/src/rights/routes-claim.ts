/** The claim `routes` of a new token, and of one that was read: packages/permissions/README.md. */
import { createHash } from 'node:crypto'
import type { StoredService } from '@latchkey/directory'
import { bitmapGrants, fitsList, grantsBitmap } from '@latchkey/permissions'
import { isRouteList, LIMITS, OAuthError, type RoutesClaim } from '@latchkey/protocol'
import type { CatalogueBook } from './catalogue-book.ts'

/** What goes into a token for these grants at this service. @throws OAuthError server_error when they cannot be written down */
export type WriteRoutes = (
  service: Pick<StoredService, 'audience' | 'catalogue'>,
  grants: readonly string[],
) => Promise<RoutesClaim>

/** The grants that a token of this audience holds. A bitmap of a catalogue that is no more holds none. */
export type ReadRoutes = (audience: string, claim: RoutesClaim) => Promise<readonly string[]>

/** People have their rights from roles, so that the same bitmaps are made again and again: one takes some milliseconds. */
const MOST_BITMAPS = 256

/** A list while it is short, a bitmap of the catalogue otherwise. */
export function writeRoutes(book: Pick<CatalogueBook, 'of'>): WriteRoutes {
  /** By what they are made of, so that none is ever wrong. */
  const made = new Map<string, string>()
  return async (service, grants) => {
    if (fitsList(grants)) return grants
    const { hash, routes } = await book.of(service)
    if (routes.length === 0) throw tooManyGrants(service.audience, grants)
    const key = `${hash} ${service.audience} ${digestOf(grants)}`
    const known = made.get(key)
    const b = known ?? grantsBitmap(grants, routes)
    if (known === undefined) {
      made.set(key, b)
      const [oldest] = made.keys()
      if (made.size > MOST_BITMAPS && oldest !== undefined) made.delete(oldest)
    }
    return { c: hash, b }
  }
}

export function readRoutes(book: Pick<CatalogueBook, 'named'>): ReadRoutes {
  return async (audience, claim) => {
    if (isRouteList(claim)) return claim
    const catalogue = await book.named(audience, claim.c)
    return catalogue ? bitmapGrants(claim.b, catalogue.routes) : []
  }
}

function digestOf(grants: readonly string[]): string {
  return createHash('sha256').update(grants.join('\n')).digest('base64url')
}

/** No verifier has published routes, so that there are no numbers. Cutting the list would silently take rights away. */
function tooManyGrants(audience: string, grants: readonly string[]): OAuthError {
  const most = `${LIMITS.routesListEntries} in ${LIMITS.routesListBytes} bytes`
  return new OAuthError('server_error', 'routes_over_budget', {
    description: `the rights at ${audience} do not fit into a token: ${grants.length} grants, at most ${most} until the service has published its routes`,
  })
}
