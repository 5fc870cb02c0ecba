import type { RouteDeclaration } from '@latchkey/protocol'

/** What is kept about a route. */
export interface KnownRoute {
  /** 0 to 30 for the first ones that are asked for, so that an answer about each fits in a bit of a small integer; 31 for others. */
  readonly number: number
  /** Its number in bitmaps, for ever; NOT_NUMBERED as long as the issuer has not told it. */
  readonly permanent: number
  /** Grants that were found to cover it: at most `mostCovering`. */
  readonly covering: string[]
  readonly mostCovering: number
}

type Kept = { -readonly [Name in keyof KnownRoute]: KnownRoute[Name] }

export const UNNUMBERED = 31
export const NOT_NUMBERED = -1
const UNASKED = -1

/** A route is reached by a grant of its own and a few wildcards, however many callers there are. */
const MOST_COVERING = 8

/** Without a catalogue nothing bounds what is asked for: about these nothing is kept. */
const NAMELESS: KnownRoute = {
  number: UNNUMBERED,
  permanent: NOT_NUMBERED,
  covering: [],
  mostCovering: 0,
}

export interface RouteBook {
  /** Undefined when a catalogue was published and the route is not in it: closed to everybody. */
  find(method: string, route: string): KnownRoute | undefined
  /** Begins anew with these routes and no others. */
  publish(routes: readonly RouteDeclaration[]): void
  /** The permanent numbers of the routes that were published last, in their order. */
  number(numbers: readonly number[]): void
}

export function routeBook(): RouteBook {
  let byMethod = new Map<string, Map<string, Kept>>()
  let published: Kept[] | undefined
  let next = 0

  function note(method: string, route: string): Kept {
    const patterns = byMethod.get(method) ?? new Map<string, Kept>()
    byMethod.set(method, patterns)
    const known = patterns.get(route) ?? {
      number: UNASKED,
      permanent: NOT_NUMBERED,
      covering: [],
      mostCovering: MOST_COVERING,
    }
    patterns.set(route, known)
    return known
  }

  function askFirst(known: Kept): Kept {
    known.number = next === UNNUMBERED ? UNNUMBERED : next++
    return known
  }

  return {
    find: (method, route) => {
      const known = byMethod.get(method)?.get(route)
      if (known !== undefined) return known.number === UNASKED ? askFirst(known) : known
      if (published) return undefined
      return next === UNNUMBERED ? NAMELESS : askFirst(note(method, route))
    },
    publish: (routes) => {
      byMethod = new Map()
      next = 0
      published = routes.map(({ method, pattern }) => note(rightFor(method), pattern))
    },
    number: (numbers) => {
      for (const [index, known] of (published ?? []).entries()) {
        known.permanent = numbers[index] ?? NOT_NUMBERED
      }
    },
  }
}

/** RFC 9110 section 9.3.2: HEAD tells what GET would tell, so it needs the right to GET. */
export function rightFor(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}
