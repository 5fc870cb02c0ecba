/** Cookies as a browser keeps them, as far as issuers use them: RFC 6265bis sections 5.5 to 5.7. */
export interface CookieJar {
  /** Takes over the `Set-Cookie` lines of an answer from this address. */
  keep(url: URL, lines: readonly string[]): void
  /** The `Cookie` header for this address; undefined when there is nothing to send. */
  header(url: URL): string | undefined
  /** All values of now, by name: to see what has changed. */
  values(): ReadonlyMap<string, string>
  /** Every `Set-Cookie` line that has come. */
  received(): readonly string[]
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly host: string
  readonly path: string
}

export function cookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>()
  const received: string[] = []
  return {
    keep: (url, lines) => {
      received.push(...lines)
      for (const line of lines) {
        const { cookie, isGone } = parse(url, line)
        const key = `${cookie.host};${cookie.path};${cookie.name}`
        if (isGone) cookies.delete(key)
        else cookies.set(key, cookie)
      }
    },
    header: (url) => {
      const sent = [...cookies.values()]
        .filter((one) => one.host === url.hostname && covers(one.path, url.pathname))
        .sort((a, b) => b.path.length - a.path.length)
      return sent.length === 0
        ? undefined
        : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
    received: () => received,
    values: () => new Map([...cookies.values()].map(({ name, value }) => [name, value])),
  }
}

function parse(url: URL, line: string): { cookie: Cookie; isGone: boolean } {
  const [pair = '', ...rest] = line.split(';')
  const equals = pair.indexOf('=')
  const attributes = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=', 2)
      return [name.trim().toLowerCase(), value.trim()]
    }),
  )
  const maxAge = attributes.get('max-age')
  const expires = attributes.get('expires')
  const isGone =
    maxAge === undefined
      ? expires !== undefined && Date.parse(expires) <= Date.now()
      : Number(maxAge) <= 0
  const path = attributes.get('path')
  const cookie = {
    name: pair.slice(0, equals).trim(),
    value: pair.slice(equals + 1).trim(),
    host: url.hostname,
    path: path?.startsWith('/') ? path : defaultPath(url.pathname),
  }
  return { cookie, isGone }
}

/** Section 5.1.4. */
function defaultPath(pathname: string): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')))
}

function covers(path: string, pathname: string): boolean {
  if (path === pathname) return true
  return pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}
