/** Where the routes of a service and the grants at it have gone apart. Pure: services/issuer/src/rights/drift-of.ts reads. */
import { type CatalogueRoute, type GrantAt, type GrantHolder, nearest } from '@latchkey/directory'
import {
  coveringPlaces,
  grantFinder,
  grantIndex,
  grantPlace,
  parseGrant,
  routeShape,
} from '@latchkey/permissions'

/** Texts are `METHOD /pattern`. */
export interface Drift {
  /** How many routes the living versions of the service have. */
  readonly routes: number
  /** Closed routes that nobody may call, with the holders that nobody is: a role without members. */
  readonly unreachable: readonly {
    readonly route: string
    readonly holders: readonly GrantHolder[]
  }[]
  /** Grants that cover no route, by whom they are held, and the route that was probably meant. */
  readonly gone: readonly GoneGrant[]
  /** Routes that were declared without saying whether they are public. */
  readonly undeclared: readonly string[]
  /** Routes that no router tells apart: their patterns differ in names of parameters only. */
  readonly duplicates: readonly (readonly string[])[]
}

export interface GoneGrant {
  readonly grant: string
  readonly holders: readonly GrantHolder[]
  /** An earlier version of the service had such a route. */
  readonly wasRoute: boolean
  readonly nearest?: string
}

/**
 * Letters compared while names are looked for among all routes, for one grant and for all: 0.1 and half a second. Patterns are of the
 * service and may be long, and everybody waits meanwhile.
 */
const MOST_LETTERS = 8_000_000
const MOST_LETTERS_IN_ALL = 40_000_000

export function driftBetween(
  catalogue: readonly CatalogueRoute[],
  grants: readonly GrantAt[],
): Drift {
  const current = catalogue.filter((route) => route.current)
  return {
    routes: current.length,
    unreachable: unreachable(current, grants),
    gone: gone(catalogue, current, grants),
    undeclared: current.filter((route) => route.public === undefined).map(textOf),
    duplicates: duplicates(current),
  }
}

function textOf({ method, pattern }: Pick<CatalogueRoute, 'method' | 'pattern'>): string {
  return `${method} ${pattern}`
}

function unreachable(
  current: readonly CatalogueRoute[],
  grants: readonly GrantAt[],
): Drift['unreachable'] {
  const held = grantIndex(grants.filter(({ isHeld }) => isHeld).map(({ grant }) => grant))
  const unheld = grants.filter(({ isHeld }) => !isHeld)
  const closed = current.filter(
    (route) => route.public !== true && !held.allows(route.method, route.pattern),
  )
  const byGrant = Map.groupBy(unheld, ({ grant }) => grant)
  const find = grantFinder(byGrant.keys())
  return closed.map(({ method, pattern }) => {
    const covering = find(method, pattern).flatMap((grant) => byGrant.get(grant) ?? [])
    return { route: `${method} ${pattern}`, holders: covering.map(({ holder }) => holder) }
  })
}

function gone(
  catalogue: readonly CatalogueRoute[],
  current: readonly CatalogueRoute[],
  grants: readonly GrantAt[],
): GoneGrant[] {
  const [now, ever] = [coverable(current), coverable(catalogue)]
  const byGrant = Map.groupBy(grants, ({ grant }) => grant)
  const useless = [...byGrant].filter(([grant]) => !now(grant))
  const patterns = new Set(current.map((route) => route.pattern))
  const letters = [...patterns].reduce((sum, { length }) => sum + length, 0)
  let left = MOST_LETTERS_IN_ALL
  return useless.map(([grant, held]) => {
    const cost = grant.length * letters
    const isLookedFor = cost <= Math.min(left, MOST_LETTERS)
    if (isLookedFor) left -= cost
    const likely = isLookedFor ? meantRoute(grant, current, patterns) : undefined
    return {
      grant,
      holders: held.map(({ holder }) => holder),
      wasRoute: ever(grant),
      ...(likely !== undefined && { nearest: likely }),
    }
  })
}

/** The route whose pattern is most like that of the grant; of several methods the same one. */
function meantRoute(
  grant: string,
  current: readonly CatalogueRoute[],
  patterns: ReadonlySet<string>,
): string | undefined {
  const [method, pattern = ''] = grant.split(' ')
  const likely = nearest(pattern, patterns)
  const routes = current.filter((route) => route.pattern === likely)
  const [first] = routes
  const best = routes.find((route) => route.method === method) ?? first
  return best && textOf(best)
}

/** Whether a grant covers any of these routes. */
function coverable(routes: readonly CatalogueRoute[]): (grant: string) => boolean {
  const places = new Set(routes.flatMap(({ method, pattern }) => coveringPlaces(method, pattern)))
  return (text) => {
    const outcome = parseGrant(text)
    return outcome.kind === 'grant' && places.has(grantPlace(outcome.grant))
  }
}

function duplicates(current: readonly CatalogueRoute[]): string[][] {
  const byShape = Map.groupBy(current, ({ method, pattern }) => `${method} ${routeShape(pattern)}`)
  return [...byShape.values()].filter((same) => same.length > 1).map((same) => same.map(textOf))
}
