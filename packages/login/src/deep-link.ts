import { LOGIN_LIMITS } from './limits.ts'

/** Any origin does: the question is only whether a browser would leave it. */
const HERE = 'http://here.invalid'

/**
 * The path to which a person returns after sign-in, or undefined when the text is anything but a canonical path of this
 * app: attacks C2 and C3, RFC 9700 section 4.11. It is decided by the parser that browsers use (WHATWG URL): a text
 * that does not come out of it as it went in is refused, so backslashes, tabs, dot segments and `//` never pass.
 * `signInPaths` are refused as well: returning to one of them would send the person in circles.
 */
export function deepLink(text: unknown, signInPaths: readonly string[]): string | undefined {
  if (typeof text !== 'string' || text.length > LOGIN_LIMITS.deepLinkChars) return undefined
  const url = URL.canParse(text, HERE) ? new URL(text, HERE) : undefined
  // After the host of an href there is always a slash, so this also says how the text begins.
  if (url?.href !== HERE + text) return undefined
  const path = routedPath(url.pathname)
  if (path === undefined) return undefined
  const isOwn = (own: string) => path === own || path.startsWith(`${own}/`)
  return signInPaths.some((own) => isOwn(own.toLowerCase())) ? undefined : text
}

/** The path as a tolerant router sees it: decoded, without regard to case and repeated slashes. */
function routedPath(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname).toLowerCase().replace(/\/+/g, '/')
  } catch {
    return undefined
  }
}
