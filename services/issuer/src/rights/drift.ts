/** Where the routes of a service and the grants at it have gone apart. Pure: services/issuer/src/rights/drift-of.ts reads. */
import { type CatalogueRoute, type GrantAt, type GrantHolder, nearest } from '@latchkey/directory'
import { compileGrants, covers, grantIndex, parseGrant, routeShape } from '@latchkey/permissions'

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

/** A name is looked for among all routes, which takes milliseconds for each. */
const MOST_NEAREST = 50

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
  const anyUnheld = grantIndex(unheld.map(({ grant }) => grant))
  return closed.map(({ method, pattern }) => {
    // Most routes that nobody may call are in no grant at all.
    const holders = anyUnheld.allows(method, pattern)
      ? unheld.filter(({ grant }) => compileGrants([grant]).allows(method, pattern))
      : []
    return { route: `${method} ${pattern}`, holders: holders.map(({ holder }) => holder) }
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
  return useless.map(([grant, held], index) => {
    const likely = index < MOST_NEAREST ? meantRoute(grant, current) : undefined
    return {
      grant,
      holders: held.map(({ holder }) => holder),
      wasRoute: ever(grant),
      ...(likely !== undefined && { nearest: likely }),
    }
  })
}

/** The route whose pattern is most like that of the grant; of several methods the same one. */
function meantRoute(grant: string, current: readonly CatalogueRoute[]): string | undefined {
  const [method, pattern = ''] = grant.split(' ')
  const likely = nearest(pattern, new Set(current.map((route) => route.pattern)))
  const routes = current.filter((route) => route.pattern === likely)
  const [first] = routes
  const best = routes.find((route) => route.method === method) ?? first
  return best && textOf(best)
}

/** Whether a grant covers any of these routes. Only those with a `*` look at all of them. */
function coverable(routes: readonly CatalogueRoute[]): (grant: string) => boolean {
  const shapes = new Set(
    routes.flatMap(({ method, pattern }) => {
      const shape = routeShape(pattern)
      return [`${method} ${shape}`, `* ${shape}`]
    }),
  )
  return (text) => {
    const outcome = parseGrant(text)
    if (outcome.kind === 'invalid') return false
    const { grant } = outcome
    if (!grant.wildcard) return shapes.has(`${grant.method} ${routeShape(grant.pattern)}`)
    return routes.some(({ method, pattern }) => covers(grant, method, pattern))
  }
}

function duplicates(current: readonly CatalogueRoute[]): string[][] {
  const byShape = Map.groupBy(current, ({ method, pattern }) => `${method} ${routeShape(pattern)}`)
  return [...byShape.values()].filter((same) => same.length > 1).map((same) => same.map(textOf))
}
