import type { DOCTOR_FINDINGS } from '../messages/doctor-findings.ts'
import type { Params } from '../messages/text.ts'

export type FindingId = keyof typeof DOCTOR_FINDINGS

/** `error`: something is broken, or will be lost. `warning`: it works, and should not stay so. `note`: could not be looked at. */
export type Severity = 'error' | 'warning' | 'note'

export interface Finding {
  /** A FindingId, or that of a newer issuer, of which this command has no text. */
  readonly id: string
  readonly severity: Severity
  /** Names and numbers that its text shows. */
  readonly facts: Params
}

/** What is wrong, with its place in the text: `[isSo, id, severity, facts]`. */
export type Row = readonly [isSo: boolean, id: FindingId, severity: Severity, facts?: Params]

export function found(rows: readonly Row[]): Finding[] {
  return rows
    .filter(([isSo]) => isSo)
    .map(([, id, severity, facts = {}]) => ({ id, severity, facts }))
}

/** A check that was made, and what it has seen. */
export interface Check {
  readonly check: string
  readonly milliseconds: number
  readonly facts: Params
}

export interface Examined {
  readonly checks: readonly Check[]
  readonly findings: readonly Finding[]
}

export const NOTHING: Examined = { checks: [], findings: [] }

/** Makes a check and notes how long it took. */
export async function timed(
  check: string,
  work: () => Promise<Omit<Examined, 'checks'> & { readonly facts: Params }>,
): Promise<Examined> {
  const begun = performance.now()
  const { facts, findings } = await work()
  const milliseconds = Math.round((performance.now() - begun) * 10) / 10
  return { checks: [{ check, milliseconds, facts }], findings }
}
