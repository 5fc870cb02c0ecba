/** What the claim `routes` of a token says of one route: packages/permissions/README.md. */
import type { CatalogueRoute } from '@latchkey/directory'
import { covers, hasRouteNumber, parseGrant } from '@latchkey/permissions'
import { type AccessTokenClaims, isRouteList } from '@latchkey/protocol'
import type { CatalogueBook } from '../rights/catalogue-book.ts'

export type WrittenRight =
  | { readonly kind: 'granted'; readonly grant?: string }
  | { readonly kind: 'missing' }
  /** The numbers are of a catalogue that is no more, or of one that ends before this route. */
  | { readonly kind: 'stale' }

/** As the verifier reads the claim `routes`. */
export async function writtenRight(
  { aud, routes }: AccessTokenClaims,
  route: CatalogueRoute,
  { catalogues }: { readonly catalogues: Pick<CatalogueBook, 'named'> },
): Promise<WrittenRight> {
  if (isRouteList(routes)) {
    const grant = routes.find((text) => opens(text, route))
    return grant === undefined ? { kind: 'missing' } : { kind: 'granted', grant }
  }
  const catalogue = await catalogues.named(aud, routes.c)
  if (catalogue === undefined || route.number >= catalogue.routes.length) return { kind: 'stale' }
  return hasRouteNumber(routes.b, route.number) ? { kind: 'granted' } : { kind: 'missing' }
}

/** Whether a grant, as it is written, opens the route. */
export function opens(text: string, { method, pattern }: CatalogueRoute): boolean {
  const outcome = parseGrant(text)
  return outcome.kind === 'grant' && covers(outcome.grant, method, pattern)
}
