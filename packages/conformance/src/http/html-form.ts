/** The forms of a page, read as a simple HTML client reads them: without scripts and without layout. */
export interface HtmlForm {
  /** As written in the page; '' is the page itself. */
  readonly action: string
  readonly method: 'GET' | 'POST'
  /** Everything that has a name, with the value that it has now. */
  readonly fields: ReadonlyMap<string, string>
  /** What it can be sent by; a button without a name sends nothing of its own. */
  readonly buttons: readonly { readonly name: string; readonly value: string }[]
}

export function formsOf(page: string): HtmlForm[] {
  return [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(
    ([, head = '', body = '']) => ({
      action: attribute(head, 'action') ?? '',
      method: attribute(head, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
      fields: fieldsOf(body),
      buttons: [...buttonsOf(body), ...buttonsElsewhere(page, attribute(head, 'id'))],
    }),
  )
}

function fieldsOf(body: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [tag] of body.matchAll(/<(?:input|textarea|select)\b[^>]*>/gi)) {
    const name = attribute(tag, 'name')
    const type = attribute(tag, 'type')?.toLowerCase() ?? 'text'
    if (name === undefined || ['submit', 'button', 'image', 'reset'].includes(type)) continue
    const isChoice = type === 'checkbox' || type === 'radio'
    if (isChoice && !/\schecked\b/i.test(tag)) continue
    fields.set(name, attribute(tag, 'value') ?? (isChoice ? 'on' : ''))
  }
  return fields
}

/** HTML section 4.10.17.3: a button outside of its form names it. */
function buttonsElsewhere(page: string, id: string | undefined) {
  if (id === undefined) return []
  const outside = page.replace(/<form\b[\s\S]*?<\/form>/gi, '')
  const tags = [...outside.matchAll(/<button\b[^>]*>/gi)]
  return buttonsOf(
    tags
      .map(([tag]) => tag)
      .filter((tag) => attribute(tag, 'form') === id)
      .join(''),
  )
}

function buttonsOf(body: string): { name: string; value: string }[] {
  const tags = [...body.matchAll(/<button\b[^>]*>|<input\b[^>]*\btype=["']?submit\b[^>]*>/gi)]
  return tags.flatMap(([tag]) => {
    const type = attribute(tag, 'type')?.toLowerCase() ?? 'submit'
    if (type !== 'submit') return []
    return [{ name: attribute(tag, 'name') ?? '', value: attribute(tag, 'value') ?? '' }]
  })
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag)
  const value = match?.[1] ?? match?.[2] ?? match?.[3]
  return value === undefined ? undefined : unescapeHtml(value)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function unescapeHtml(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, code: string) => {
    if (/^#x/i.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(2), 16))
    if (code.startsWith('#')) return String.fromCodePoint(Number(code.slice(1)))
    return NAMED[code.toLowerCase()] ?? whole
  })
}
