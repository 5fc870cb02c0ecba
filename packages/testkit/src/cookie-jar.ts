/** Cookies as a browser keeps them, as far as Latchkey uses them: host-only, path `/`. */

export interface CookieJar {
  /** The Cookie header for a host; '' when there is nothing to send. */
  header(host: string): string
  keep(host: string, setCookie: readonly string[]): void
  get(host: string, name: string): string | undefined
  set(host: string, name: string, value: string): void
  clear(host: string): void
}

export function cookieJar(): CookieJar {
  const byHost = new Map<string, Map<string, string>>()
  const of = (host: string) => {
    const known = byHost.get(host) ?? new Map<string, string>()
    byHost.set(host, known)
    return known
  }
  return {
    header: (host) => [...of(host)].map(([name, value]) => `${name}=${value}`).join('; '),
    keep: (host, setCookie) => {
      for (const line of setCookie) keepOne(of(host), line)
    },
    get: (host, name) => of(host).get(name),
    set: (host, name, value) => void of(host).set(name, value),
    clear: (host) => void byHost.delete(host),
  }
}

function keepOne(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals)
  if (name.startsWith('__Host-')) assertHostPrefix(name, attributes)
  if (isGone(attributes)) cookies.delete(name)
  else cookies.set(name, pair.slice(equals + 1))
}

/** RFC 6265bis section 4.1.3.2: a browser throws such a cookie away, so a test must not go on with it. */
function assertHostPrefix(name: string, attributes: readonly string[]): void {
  const has = (wanted: string) => attributes.some((one) => one.toLowerCase() === wanted)
  const domain = attributes.some((one) => one.toLowerCase().startsWith('domain='))
  if (has('secure') && has('path=/') && !domain) return
  throw new Error(`a browser would refuse ${name}: it needs Secure, Path=/ and no Domain`)
}

function isGone(attributes: readonly string[]): boolean {
  return attributes.some((attribute) => {
    const [name = '', value = ''] = attribute.split('=', 2)
    if (name.toLowerCase() === 'max-age') return Number(value) <= 0
    return name.toLowerCase() === 'expires' && Date.parse(value) <= 0
  })
}
