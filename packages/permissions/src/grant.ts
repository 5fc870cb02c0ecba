/** A right at one service: grammar.ebnf. Made by `parseGrant` only. */
export interface Grant {
  /** Upper-case method, or `*` for all. Never HEAD. */
  readonly method: string
  /** As written, for example `/orders/:id`. */
  readonly pattern: string
  /** The pattern ends in `/*`. */
  readonly wildcard: boolean
}

/** The text of a grant. The grammar leaves one spelling only, so this is the text that was parsed. */
export function printGrant(grant: Grant): string {
  return `${grant.method} ${grant.pattern}`
}
