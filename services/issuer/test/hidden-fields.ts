/** The hidden fields of a page's forms, as a browser would send them. */
export function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [input] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1] ?? ''
    fields[name] = unescapeHtml(/value="([^"]*)"/.exec(input)?.[1] ?? '')
  }
  return fields
}

function unescapeHtml(text: string): string {
  const names: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#39': "'",
    '#x27': "'",
    '#x3D': '=',
    '#x60': '`',
    '#x2F': '/',
  }
  return text.replace(/&([^;]+);/g, (whole, name: string) => names[name] ?? whole)
}
