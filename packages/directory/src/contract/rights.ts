/** What somebody may do at a service, and why. */

/** A right at one service that a user, a group, a role or a client holds. */
export interface ServiceGrant {
  readonly audience: string
  /** Text of the permissions grammar: `GET /orders/*`. */
  readonly grant: string
  /** Second from which it counts no more; absent: it has no end. */
  readonly until?: number
}

/** What counts now. No token that is made from it may live longer than `until`. */
export interface Rights {
  /** Grants of the permissions grammar, sorted by code unit, without duplicates. */
  readonly routes: readonly string[]
  /** Second at which the first of `routes` ends; absent: none ends. */
  readonly until?: number
}

/** People with the same rights at one service. */
export interface RightsSet {
  /** At least one. */
  readonly subs: readonly string[]
  /** As in `Rights`, with those that end, and whether people are disabled or not. */
  readonly routes: readonly string[]
}

/** Where a user has a grant from. A role that comes from a group names it. Groups by id. */
export type GrantOrigin =
  | { readonly kind: 'direct' }
  | { readonly kind: 'role'; readonly role: string; readonly group?: string }
  | { readonly kind: 'group'; readonly group: string }

/** One grant of a user from one place. The same grant from two places is two sources. */
export interface GrantSource {
  readonly grant: string
  /** Second from which it counts no more. Sources that have ended are told too. */
  readonly until?: number
  readonly by: GrantOrigin
}
