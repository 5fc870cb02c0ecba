/** Reading the `Cookie` header: RFC 6265 section 5.4, attack E2. */

export type CookieRead =
  | { readonly kind: 'read'; readonly cookies: ReadonlyMap<string, string> }
  /** One name twice: a sibling host or an old browser put a second one there, and nobody can tell which is ours. */
  | { readonly kind: 'duplicated' }

/**
 * The cookies whose names begin with `prefix`. Those of others are not looked at. Nothing is trimmed but the space that
 * browsers write: with 0xA0 in front of it, a name is not held to `__Host-` by browsers, and a sibling host could set it.
 */
export function readCookies(header: string | undefined, prefix: string): CookieRead {
  const cookies = new Map<string, string>()
  if (header === undefined || !header.includes(prefix)) return { kind: 'read', cookies }
  for (const pair of header.split(/; ?/)) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    if (equals === -1 || !name.startsWith(prefix)) continue
    if (cookies.has(name)) return { kind: 'duplicated' }
    cookies.set(name, pair.slice(equals + 1))
  }
  return { kind: 'read', cookies }
}
