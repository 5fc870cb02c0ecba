import type { Issuer } from '../issuer/issuer.ts'
import type { Need } from './need.ts'

/** One rule of a specification, and how it is looked at from outside. */
export interface Rule {
  /** Stable, with the suite's name first: `token.code-once`. */
  readonly id: string
  /** Where the rule stands: `RFC 6749 §4.1.2`. */
  readonly spec: string
  /** A MUST that is broken fails the run; a SHOULD is a warning. */
  readonly level: 'MUST' | 'SHOULD'
  /** The rule as a sentence. */
  readonly title: string
  /** What issuer and settings must offer; without it the rule is skipped, with the reason. */
  readonly needs: readonly Need[]
  /**
   * Waits for time to pass, so it runs beside the others.
   */
  readonly isSlow: boolean
  /** Throws RuleBroken, or NotOffered when it turns out only on the way that there is nothing to test. */
  run(issuer: Issuer): Promise<void>
}

/** The rules of one specification or endpoint. */
export interface Suite {
  /** First word of the ids of its rules. */
  readonly name: string
  readonly title: string
  readonly rules: readonly Rule[]
}

type Run = Rule['run']

export function must(
  id: string,
  spec: string,
  title: string,
  needs: readonly Need[],
  run: Run,
): Rule {
  return { id, spec, level: 'MUST', title, needs, isSlow: false, run }
}

export function should(
  id: string,
  spec: string,
  title: string,
  needs: readonly Need[],
  run: Run,
): Rule {
  return { id, spec, level: 'SHOULD', title, needs, isSlow: false, run }
}

/** The same rule, started first and awaited last, because it waits. */
export function slow(rule: Rule): Rule {
  return { ...rule, isSlow: true }
}
