import type { Rule } from './rule.ts'

/** What was found instead of what the rule wants. */
export interface Difference {
  readonly received: string
  readonly expected: string
}

export type Outcome =
  | { readonly kind: 'passed' }
  | ({ readonly kind: 'failed' } & Difference)
  /** A SHOULD that is not kept. */
  | ({ readonly kind: 'warning' } & Difference)
  | { readonly kind: 'skipped'; readonly reason: string }

export interface Result {
  readonly rule: Rule
  readonly outcome: Outcome
  readonly durationMs: number
}

/** Thrown by a rule that is not kept. */
export class RuleBroken extends Error {
  readonly difference: Difference

  constructor(difference: Difference) {
    super(`received ${difference.received}, expected ${difference.expected}`)
    this.name = 'RuleBroken'
    this.difference = difference
  }
}

/** Thrown by a rule that finds out on the way that the issuer does not offer what it is about. */
export class NotOffered extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotOffered'
  }
}
