import type { RouteDeclaration } from '@latchkey/protocol'

/** What is kept about a route that somebody has asked for. */
export interface KnownRoute {
  /** 0 to 30 for the first ones, so that an answer about each fits in a bit of a small integer; 31 for all others. */
  readonly number: number
  /** Grants that were found to cover it: at most `mostCovering`. */
  readonly covering: string[]
  readonly mostCovering: number
}

export const UNNUMBERED = 31

/** A route is reached by a grant of its own and a few wildcards, however many callers there are. */
const MOST_COVERING = 8

/** Without a catalogue nothing bounds what is asked for: about these nothing is kept. */
const NAMELESS: KnownRoute = { number: UNNUMBERED, covering: [], mostCovering: 0 }

export interface RouteBook {
  /** Undefined when a catalogue was published and the route is not in it: closed to everybody. */
  find(method: string, route: string): KnownRoute | undefined
  /** Begins anew with these routes and no others. */
  publish(routes: readonly RouteDeclaration[]): void
}

export function routeBook(): RouteBook {
  let byMethod = new Map<string, Map<string, KnownRoute | 'unasked'>>()
  let published = false
  let next = 0

  function note(method: string, route: string, known: KnownRoute | 'unasked'): void {
    const patterns = byMethod.get(method) ?? new Map()
    byMethod.set(method, patterns.set(route, known))
  }

  function findFirst(method: string, route: string, asked: boolean): KnownRoute | undefined {
    if (published && !asked) return undefined
    if (!published && next === UNNUMBERED) return NAMELESS
    const number = next === UNNUMBERED ? UNNUMBERED : next++
    const known = { number, covering: [], mostCovering: MOST_COVERING }
    note(method, route, known)
    return known
  }

  return {
    find: (method, route) => {
      const known = byMethod.get(method)?.get(route)
      if (known !== undefined && known !== 'unasked') return known
      return findFirst(method, route, known === 'unasked')
    },
    publish: (routes) => {
      byMethod = new Map()
      published = true
      next = 0
      for (const { method, pattern } of routes) note(rightFor(method), pattern, 'unasked')
    },
  }
}

/** RFC 9110 section 9.3.2: HEAD tells what GET would tell, so it needs the right to GET. */
export function rightFor(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}
