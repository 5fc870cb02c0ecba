/** The routes of a service, as its verifiers have published them. */
import type { RouteDeclaration } from '@latchkey/protocol'

/** A catalogue as it was at some time: its first `length` routes. It only grows, so this stays true. */
export interface CatalogueHead {
  readonly length: number
  /** See `catalogueHash` of @latchkey/permissions. */
  readonly hash: string
}

export interface CatalogueRoute extends RouteDeclaration {
  /** Permanent at this service, never reused: from 0, without holes. */
  readonly number: number
  /** A version of the service that lives has it; while none lives, the one that was published last. */
  readonly current: boolean
}

export interface PublishedCatalogue {
  /** Names the list that was published: a version of the service. */
  readonly version: string
  /** How many routes were new. */
  readonly added: number
  /** Of the routes that were published, in their order. */
  readonly numbers: readonly number[]
  /** The latest states of the whole catalogue, oldest first; the last is how it is now. Tokens may speak about each of them. */
  readonly heads: readonly CatalogueHead[]
}

/** Where a grant at a service stands. People with grants of their own are one holder. */
export type GrantHolder =
  | { readonly kind: 'users'; readonly id?: never }
  | { readonly kind: 'role' | 'group' | 'client'; readonly id: string }

export interface GrantAt {
  readonly grant: string
  readonly holder: GrantHolder
  /** Anybody who is not disabled has it from there. */
  readonly isHeld: boolean
}

export interface Catalogues {
  /**
   * Gives routes that nobody has published before new numbers, and remembers the list as the latest one. Idempotent: whoever
   * publishes the latest list writes nothing. Throws InputError `unknown-service`, `too-many`, `route`, `catalogue-full`.
   * @param again a known list is not meant as news: which one is the latest does not change. Default false
   */
  publishRoutes(
    audience: string,
    routes: readonly RouteDeclaration[],
    again?: boolean,
  ): Promise<PublishedCatalogue>
  /**
   * All routes that the service has ever published, in the order of their numbers.
   * @param living versions that verifiers have now; absent or unknown: the one that was published last
   */
  catalogue(audience: string, living?: readonly string[]): Promise<CatalogueRoute[]>
  /** All grants at this service that have not ended, sorted by their texts. */
  grantsAt(audience: string): Promise<GrantAt[]>
}
