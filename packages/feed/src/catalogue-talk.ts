/** What is said with the issuer about routes, over all connections: protocol/src/feed-messages.ts. */
import type { CatalogueMessage, RouteDeclaration, RoutesMessage } from '@latchkey/protocol'
import { checkCatalogue } from './catalogue-check.ts'
import type { Numbering } from './feed.ts'

export interface CatalogueTalk {
  /** The list that the issuer has accepted last: for `hello`. */
  readonly version: string | undefined
  /** Replaces the routes. Throws `InputError` for those that the issuer would refuse. */
  publish(routes: readonly RouteDeclaration[]): void
  /** The next question; undefined when there are no routes. */
  question(again: boolean): RoutesMessage | undefined
  /** The number of the next question. */
  readonly next: number
  /** Undefined for an answer about routes that have been replaced since. */
  answered(message: CatalogueMessage): Numbering | undefined
}

export function catalogueTalk(): CatalogueTalk {
  let routes: readonly RouteDeclaration[] | undefined
  let next = 1
  /** The first question about these routes. */
  let since = 1
  let version: string | undefined
  return {
    get version() {
      return version
    },
    get next() {
      return next
    },
    publish: (now) => {
      checkCatalogue(now)
      routes = now
      since = next
    },
    question: (again) => {
      if (routes === undefined) return undefined
      const id = next++
      return { t: 'routes', id, ...(again && { again }), routes }
    },
    answered: ({ id, numbers, heads, old, version: accepted }) => {
      // Numbers stand in the order of the routes: those of another list would give a route the right to be another one.
      if (id < since || id >= next || numbers.length !== routes?.length) return undefined
      version = accepted
      return { answers: old ? 0 : id, numbers, heads }
    },
  }
}
