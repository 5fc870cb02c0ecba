import { STYLE_HASH } from './style.ts'

/**
 * Headers of every page: RFC 9700 sections 4.2.4 and 4.16. No script runs, nothing is fetched, nobody frames the page,
 * nothing is kept in a cache, and no address leaks through `Referer`.
 *
 * `Cross-Origin-Opener-Policy` is left out on purpose: it would cut the tie between an app and the pop-up window in
 * which it signs people in (`display=popup`), also after the pop-up has come back to the app.
 *
 * With `Referrer-Policy: no-referrer` browsers send `Origin: null` with the forms of these pages (Fetch, "append a
 * request Origin header"): what receives them must look at `Sec-Fetch-Site` and the CSRF token.
 */
export function pageHeaders(
  options: {
    /** Addresses that the answer to the page's form may redirect to: the redirect URI of the client. */
    formAction?: readonly string[]
    /** Addresses that the page loads in frames: of the apps that are signed out that way. */
    frames?: readonly string[]
    /** Hash of the one script that may run. Only the page that posts a response has one. */
    script?: string
  } = {},
): Readonly<Record<string, string>> {
  const formAction = ["'self'", ...new Set((options.formAction ?? []).flatMap(formActionSource))]
  const frames = [...new Set((options.frames ?? []).flatMap(originSource))]
  return {
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${STYLE_HASH}`,
      ...(options.script === undefined ? [] : [`script-src ${options.script}`]),
      'img-src data:',
      ...(frames.length === 0 ? [] : [`frame-src ${frames.join(' ')}`]),
      `form-action ${formAction.join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  }
}

/** An origin such as `http://a.localhost:4001`, or a scheme such as `com.example.app:`. */
const SOURCE = /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9._-]+(:\d{1,5})?)?$/

/**
 * Where a form's answer may redirect to. Chromium applies `form-action` to every redirect that follows a post, also to
 * those beyond the client: an app that finishes its sign-in by going on to another of its origins would be cut off in
 * the middle. Therefore a client on https opens all of https. What is lost is a second line of defence against markup
 * injected into these pages; the first one is that nothing gets into them unescaped. Plain http (loopback) stays with
 * its origin. Native apps have schemes of their own (RFC 8252 section 7.1), and CSP knows no IPv6 addresses.
 * The URL parser lets a semicolon stand in a host, which would end the directive: such a source is left out.
 */
function formActionSource(uri: string): string[] {
  const url = URL.parse(uri)
  if (url === null) return []
  const isNamedHttp = url.protocol === 'http:' && !url.hostname.startsWith('[')
  const source = isNamedHttp ? url.origin : url.protocol
  return SOURCE.test(source) ? [source] : []
}

/** Exactly the origin. The browser leaves a frame empty whose origin cannot be written here. */
function originSource(uri: string): string[] {
  const { origin } = URL.parse(uri) ?? { origin: '' }
  return SOURCE.test(origin) ? [origin] : []
}
