/** A right at one service: grammar.ebnf. Made by `parseGrant` only. */
export interface Grant {
  /** Upper-case method, or `*` for all. Never HEAD. */
  readonly method: string
  /** As written, for example `/orders/:id`. */
  readonly pattern: string
  /** The pattern without the names of its parameters: see `routeShape`. For a wildcard everything before the `*`. */
  readonly shape: string
  /** The pattern ends in `/*`: whatever begins with `shape` is covered. */
  readonly wildcard: boolean
}

/** The text of a grant. The grammar leaves one spelling only, so this is the text that was parsed. */
export function printGrant(grant: Grant): string {
  return `${grant.method} ${grant.pattern}`
}
