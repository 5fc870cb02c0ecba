/** `htu` of a proof of possession: RFC 9449 section 4.3, item 9. */

/** http and https, no userinfo, nothing that readers of URLs repair on their way. */
const PLAIN = /^https?:\/\/[^/?#@\\]+(?:[/?#][!-~]*)?$/i
const MAX_CHARS = 2048

/**
 * A URI without query and fragment, normalised by syntax and scheme (RFC 3986 sections 6.2.2 and 6.2.3): lower-case scheme and host,
 * no default port, no dot segments, escapes only where they are needed and in capitals. Undefined when it is no such URI.
 */
export function normalizeDpopUri(text: string): string | undefined {
  if (text.length > MAX_CHARS || !PLAIN.test(text) || /[^!-~]|\\/.test(text)) return undefined
  const url = URL.parse(text)
  return url ? url.origin + url.pathname.replace(/%[0-9a-f]{2}/gi, normalizeEscape) : undefined
}

function normalizeEscape(escaped: string): string {
  const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
  return /[A-Za-z0-9._~-]/.test(char) ? char : escaped.toUpperCase()
}
