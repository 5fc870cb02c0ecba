/** What is wrong with the text of a grant. Codes are stable. */
export type GrantErrorCode =
  | 'grant-too-long'
  | 'grant-method'
  | 'grant-head'
  | 'grant-space'
  | 'grant-slash'
  | 'grant-empty-segment'
  | 'grant-dot-segment'
  | 'grant-too-many-segments'
  | 'grant-character'
  | 'grant-wildcard'
  | 'grant-parameter'
  | 'grant-expression'
  | 'grant-optional'

export interface GrantError {
  readonly code: GrantErrorCode
  /** Characters before the first one that does not fit, counted from 0 in UTF-16 units. */
  readonly position: number
  readonly received: string
  readonly expected: string
}

/** The error at a place of a text. What stands there is quoted, so that it can be shown and logged. */
export function grantError(
  code: GrantErrorCode,
  text: string,
  position: number,
  expected: string,
): GrantError {
  const char = text.codePointAt(position)
  const received = char === undefined ? 'the end of the text' : JSON.stringify(quotable(char))
  return { code, position, received, expected }
}

/** Visible ASCII as it is, everything else by number: nothing here can steer a terminal. */
function quotable(char: number): string {
  if (char > 0x20 && char < 0x7f) return String.fromCodePoint(char)
  return `U+${char.toString(16).toUpperCase().padStart(4, '0')}`
}
