export interface HtmlForm {
  /** As written in the page. */
  readonly action: string
  readonly method: string
  /** Hidden fields and other inputs that have a value. */
  readonly fields: Readonly<Record<string, string>>
}

/** The forms of a page, read as a simple HTML client reads them. */
export function formsOf(page: string): HtmlForm[] {
  return [...page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => ({
    action: attribute(head, 'action') ?? '',
    method: (attribute(head, 'method') ?? 'get').toUpperCase(),
    fields: Object.fromEntries(
      [...body.matchAll(/<input[^>]*>/g)].flatMap(([input]) => {
        const name = attribute(input, 'name')
        return name === undefined ? [] : [[name, attribute(input, 'value') ?? '']]
      }),
    ),
  }))
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescaped(value)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, code: string) => {
    if (code.startsWith('#x')) return String.fromCodePoint(Number.parseInt(code.slice(2), 16))
    if (code.startsWith('#')) return String.fromCodePoint(Number(code.slice(1)))
    return NAMED[code] ?? whole
  })
}
