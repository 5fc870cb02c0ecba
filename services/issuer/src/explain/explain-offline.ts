/**
 * The same where no issuer can be asked: what the token, the keys of the service and a list of its routes tell. What only the issuer
 * knows is `unknown`: leases, what was ended, the position of the log, and where rights come from.
 */
import type { CatalogueRoute } from '@latchkey/directory'
import { type AccessTokenClaims, isRouteList } from '@latchkey/protocol'
import { type CatalogueBook, catalogueBook } from '../rights/catalogue-book.ts'
import { type Check, failed, passed, unknown } from './explanation.ts'
import {
  bindingCheck,
  describeExplanation,
  explanationOf,
  NOTHING_PROVEN,
} from './explanation-of.ts'
import { type AskedRequest, asPattern, routeCheck } from './route-check.ts'
import { type TokenFacts, tokenChecks } from './token-checks.ts'
import { opens, writtenRight } from './written-right.ts'

export interface OfflineRequest extends AskedRequest {
  readonly token: string
}

export interface OfflineFacts extends TokenFacts {
  /** As the issuer lists them, by number; undefined: they are not at hand. */
  readonly routes: readonly CatalogueRoute[] | undefined
}

/** What `POST /admin/v1/explain` would answer, as far as that can be known. Asks nobody. */
export async function explainOffline(asked: OfflineRequest, facts: OfflineFacts) {
  const { routes, audience } = facts
  const routed = routes ? routeCheck(routes, asked) : asPattern(asked, 'routes_not_given')
  const { route, check } = routed
  if (route?.public) return describeExplanation(audience, explanationOf(routed, [check]))
  const { checks, proven } = tokenChecks(asked.token, facts)
  const rest = proven
    ? [
        unknown('ended', 'not_asked'),
        unknown('current', 'not_asked', { rev: placeOf(proven.claims) }),
        bindingCheck(proven.claims),
        await offlineRight(proven.claims, route, routes),
      ]
    : NOTHING_PROVEN
  const all = [check, unknown('lease', 'not_asked'), ...checks.map(byGivenKeys), ...rest]
  return describeExplanation(audience, explanationOf(routed, all, proven))
}

function placeOf({ rev: [partition, epoch, offset] }: AccessTokenClaims) {
  return { partition, epoch, offset }
}

/** Whether they are the keys of the service, and in which state, only the issuer knows. */
function byGivenKeys(check: Check): Check {
  const { keys, ...detail } = check.detail ?? {}
  if (!Array.isArray(keys)) return check
  return { ...check, detail: { ...detail, given: keys.map(({ kid }) => kid) } }
}

async function offlineRight(
  claims: AccessTokenClaims,
  route: CatalogueRoute | undefined,
  routes: readonly CatalogueRoute[] | undefined,
): Promise<Check> {
  if (route === undefined) return { check: 'right', outcome: 'not_reached' }
  const granted = isRouteList(claims.routes) ? { granted: claims.routes } : undefined
  if (routes === undefined) {
    const grant = granted?.granted.find((text) => opens(text, route))
    return grant ? passed('right', { grant }) : unknown('right', 'routes_not_given', granted)
  }
  const catalogues = catalogueBook({ catalogue: async () => [...routes] })
  if (!(await isReadable(claims, catalogues))) return unknown('right', 'other_catalogue')
  const written = await writtenRight(claims, route, { catalogues })
  switch (written.kind) {
    case 'granted':
      return passed('right', written.grant === undefined ? undefined : { grant: written.grant })
    case 'stale':
      return failed('right', 'stale')
    case 'missing':
      return failed('right', 'token_lacks', granted)
  }
}

/** A list of routes that is older than the token, or not whole, does not say what its numbers mean. */
async function isReadable(
  { aud, routes }: AccessTokenClaims,
  catalogues: Pick<CatalogueBook, 'named'>,
): Promise<boolean> {
  return isRouteList(routes) || (await catalogues.named(aud, routes.c)) !== undefined
}
