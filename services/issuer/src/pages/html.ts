/**
 * HTML from template literals: everything put into the template is escaped, except what came out of `html` itself.
 * The mark is a private symbol, so that no value from a request or from JSON can pass for markup.
 */
const MARKUP = Symbol('markup')

export interface Html {
  readonly [MARKUP]: string
}

export type Part = string | number | Html | undefined | readonly Part[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? ''
  parts.forEach((part, index) => {
    // An unquoted attribute could be left with a mere space: escaping cannot help there.
    if (strings[index]?.endsWith('=')) throw new TypeError('attribute values need quotes')
    text += render(part) + (strings[index + 1] ?? '')
  })
  return { [MARKUP]: text }
}

/** The finished text of a page. */
export function toText(page: Html): string {
  return page[MARKUP]
}

/** Markup that this package itself wrote as a constant: the style sheet and the mark. Never anything else. */
export function trusted(constant: string): Html {
  return { [MARKUP]: constant }
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return isHtml(part) ? part[MARKUP] : part.map(render).join('')
}

function isHtml(part: Html | readonly Part[]): part is Html {
  return MARKUP in part
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Safe between tags and inside quoted attributes. Control characters and lone surrogates become U+FFFD. */
export function escapeHtml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
  )
}
