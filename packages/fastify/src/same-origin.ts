/** Where a browser's request comes from: RFC 6454 section 7, Fetch Metadata (Sec-Fetch-Site). */
import type { IncomingMessage } from 'node:http'
import { InputError } from '@latchkey/protocol'

/** `unknown`: nothing in the request says so, as with programs that are no browsers, and very old browsers. */
export type Provenance = 'same' | 'other' | 'unknown'

export function provenance(raw: IncomingMessage, origins: ReadonlySet<string>): Provenance {
  const { origin } = raw.headers
  const site = raw.headers['sec-fetch-site']
  // A page whose referrer policy is no-referrer posts its own forms with `Origin: null`; then only the browser's
  // Sec-Fetch-Site, which no page can set, tells it from a sandboxed frame.
  if (site === 'same-origin') return 'same'
  if (origin === undefined) return site === undefined ? 'unknown' : 'other'
  return origins.has(origin) ? 'same' : 'other'
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Whether an ambient credential (a cookie) is not enough: requests that change something (RFC 9110 section 9.2.1), and
 * WebSockets, which no same-origin policy keeps other sites from opening.
 */
export function needsSameOrigin(raw: IncomingMessage): boolean {
  return raw.headers.upgrade !== undefined || !SAFE.has(raw.method ?? '')
}

/**
 * The origins whose pages may use this service's cookies: those given, otherwise the origin of its audience. Origins are
 * compared as text, so they have to be spelt as browsers spell them.
 */
export function allowedOrigins(
  given: readonly string[] | undefined,
  audience: string,
): ReadonlySet<string> {
  if (given === undefined) {
    const own = originOf(audience)
    return new Set(own === undefined ? [] : [own])
  }
  for (const origin of given) {
    if (originOf(origin) === origin) continue
    throw new InputError('origin', {
      received: JSON.stringify(origin),
      expected: 'an origin as browsers write it, for example https://app.example.com',
      where: 'origins',
    })
  }
  return new Set(given)
}

function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin } = new URL(url)
  return origin === 'null' ? undefined : origin
}
