import { InputError, LIMITS, type RouteDeclaration } from '@latchkey/protocol'

/** The issuer refuses larger frames. */
const MOST_BYTES = 8 * LIMITS.feedFrameBytes

/** A catalogue that the issuer would refuse must fail where it is made, not close the feed again and again. */
export function checkCatalogue(routes: readonly RouteDeclaration[]): void {
  if (routes.length > LIMITS.catalogueRoutes) {
    throw new InputError('catalogue-too-long', {
      received: `${routes.length} routes`,
      expected: `at most ${LIMITS.catalogueRoutes} routes in the catalogue of a service`,
    })
  }
  const long = routes.find(({ pattern }) => pattern.length > LIMITS.routePatternChars)
  if (long) {
    throw new InputError('route-too-long', {
      received: `${long.method} ${long.pattern.slice(0, 60)}… (${long.pattern.length} characters)`,
      expected: `route patterns of at most ${LIMITS.routePatternChars} characters`,
    })
  }
  const bytes = Buffer.byteLength(JSON.stringify(routes))
  if (bytes > MOST_BYTES - 1024) {
    throw new InputError('catalogue-too-large', {
      received: `${bytes} bytes of routes`,
      expected: `at most ${MOST_BYTES - 1024} bytes`,
    })
  }
}
