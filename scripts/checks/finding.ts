/** Something a check does not accept, with the place to change. */
export interface Finding {
  /** Relative to the root of the repository. */
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  /** `check/rule`, for example `layers/level`. */
  readonly rule: string
  readonly found: string
  /** Absent when the tool that found it says everything in one sentence. */
  readonly expected?: string
}

/** One line, in the form that editors and terminals make clickable. */
export function findingText(finding: Finding): string {
  const expected = finding.expected === undefined ? '' : `, expected ${finding.expected}`
  return `${finding.file}:${finding.line} ${finding.rule}: ${finding.found}${expected}`
}
