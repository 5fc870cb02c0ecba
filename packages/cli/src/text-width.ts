/** Terminals show these twice as wide: Han, kana, hangul and full-width forms (Unicode TR 11, W and F). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** What every terminal shows at least (and what the help keeps to). */
export const COLUMNS = 80

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : /\p{M}/u.test(character) ? 0 : 1
  return width
}

/** Text of others without what could steer the terminal: control characters and marks that turn the direction. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    '\ufffd',
  )
}

/** Cut to so many columns, with an ellipsis when something is missing. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let kept = ''
  for (const character of text) {
    if (widthOf(kept + character) > columns - 1) break
    kept += character
  }
  return `${kept}…`
}

export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** A bar of so many columns, filled to this part of one. What is more than nothing shows. */
export function bar(part: number, columns: number): string {
  const filled = Math.min(columns, part > 0 ? Math.max(1, Math.round(part * columns)) : 0)
  return '█'.repeat(filled) + '░'.repeat(columns - filled)
}

/**
 * Lines of at most so many columns. Breaks at spaces and between wide characters; closing punctuation does not begin a
 * line. A path or an address that is longer than a line stays whole on one of its own, so that it can be copied.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces(text)) {
    if (widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += piece
  }
  const found = [...lines, line.trimEnd()].filter((one) => one !== '')
  return found.length === 0 ? [''] : found
}

const pieces = (text: string): readonly string[] =>
  text.match(
    /\s*(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef][\u3001\u3002\uff01-\uff0f\uff1a-\uff1f]*)|\s+/gu,
  ) ?? []

/** Two columns: a name, and a text that is wrapped beside it. */
export function definition(
  name: string,
  text: string,
  indent: number,
  nameColumns: number,
): string {
  const margin = ' '.repeat(indent)
  const textAt = indent + nameColumns + 2
  const lines = wrap(text, COLUMNS - textAt)
  const isTooLong = widthOf(name) > nameColumns
  const first = isTooLong
    ? [`${margin}${name}`]
    : [`${margin}${padTo(name, nameColumns)}  ${lines[0] ?? ''}`.trimEnd()]
  const rest = (isTooLong ? lines : lines.slice(1)).map((line) => ' '.repeat(textAt) + line)
  return [...first, ...rest].join('\n')
}
