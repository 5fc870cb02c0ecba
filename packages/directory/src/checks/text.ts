import { InputError } from '@latchkey/protocol'

/**
 * Characters that would let a text look like another one or break out of a line: controls (ANSI escapes begin with
 * one), line separators, direction marks, halves of surrogate pairs. Joiners stay: Persian and emoji need them.
 */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const UNFIT_ALL = new RegExp(UNFIT, 'gu')

export interface TextRule {
  readonly code: string
  readonly where: string
  readonly maxChars: number
}

/** A text for people, on one line. May be empty. */
export function checkText(text: string, rule: TextRule): string {
  if (text.length > rule.maxChars) {
    throw new InputError(rule.code, {
      received: `${text.length} characters`,
      expected: `at most ${rule.maxChars} characters`,
      where: rule.where,
    })
  }
  if (UNFIT.test(text)) {
    throw new InputError(rule.code, {
      received: quoted(text),
      expected: 'text on one line without control characters and direction marks',
      where: rule.where,
    })
  }
  return text
}

/** As `checkText`, for a text without which nobody would know what is meant. */
export function checkName(text: string, rule: TextRule): string {
  if (text.trim() === '') {
    throw new InputError(rule.code, {
      received: quoted(text),
      expected: 'a name',
      where: rule.where,
    })
  }
  return checkText(text, rule)
}

/** Foreign text made fit for a record that must not be refused: unfit characters become U+FFFD, the rest is cut. */
export function cleanText(text: string, maxChars: number): string {
  const clean = text.slice(0, maxChars).replace(UNFIT_ALL, '\ufffd')
  return text.length > maxChars ? `${clean.slice(0, -1)}…` : clean
}

/** Foreign text as it may stand in a message: one line, escaped, cut. */
export function quoted(text: string): string {
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text
  const numbered = (char: string) => `\\u{${char.codePointAt(0)?.toString(16)}}`
  return JSON.stringify(start).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, numbered)
}
