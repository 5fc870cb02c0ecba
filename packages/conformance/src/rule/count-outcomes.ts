import type { Result } from './outcome.ts'

export type OutcomeCounts = Readonly<Record<'passed' | 'failed' | 'warnings' | 'skipped', number>>

export function countOutcomes(results: readonly Result[]): OutcomeCounts {
  const count = (kind: Result['outcome']['kind']) =>
    results.filter(({ outcome }) => outcome.kind === kind).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    warnings: count('warning'),
    skipped: count('skipped'),
  }
}
