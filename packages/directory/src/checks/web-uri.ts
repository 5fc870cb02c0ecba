/** URIs of web pages and endpoints, as clients register them: RFC 3986, https everywhere but on this machine. */
import { LIMITS } from '@latchkey/protocol'
import { checkAbsoluteUri, refuseUri, type UriRule } from './absolute-uri.ts'
import { quoted } from './text.ts'

/** As the parser writes it. It would let `*`, `$` and others through, which some clients read as patterns. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/

/** A URI that the issuer calls, or that a browser is shown. Throws InputError with `code`. */
export function checkWebUri(text: string, where: string, code: string): URL {
  const rule: UriRule = { code, where, maxChars: LIMITS.uriChars }
  const url = checkAbsoluteUri(text, rule)
  // The parser writes the scheme in small letters, so `JavaScript:` and `DATA:` are seen too.
  if (!isWeb(url)) refuseUri(rule, quoted(text), 'https, or http on this machine')
  checkWebHost(text, url, rule)
  checkWritten(text, url, rule)
  return url
}

/** An origin as browsers send it (RFC 6454 section 6.2), of a page that is safe to answer. Throws InputError `origin`. */
export function checkOrigin(text: string, where: string): void {
  const url = checkWebUri(text, where, 'origin')
  if (url.origin === text) return
  const rule: UriRule = { code: 'origin', where, maxChars: LIMITS.uriChars }
  refuseUri(rule, quoted(text), `an origin: ${quoted(url.origin)}`)
}

export function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

export function isHost(text: string): boolean {
  return HOST.test(text)
}

export function checkWebHost(text: string, url: URL, rule: UriRule): void {
  if (!isHost(url.hostname)) refuseUri(rule, quoted(text), 'a host name without wildcards')
  if (url.protocol === 'http:' && !isThisMachine(url.hostname)) {
    refuseUri(rule, quoted(text), 'https; http only for 127.0.0.1, [::1], localhost or *.localhost')
  }
}

/** RFC 8252 section 7.3 (literals), RFC 6761 section 6.3 (`localhost` and names under it never leave the machine). */
function isThisMachine(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  )
}

export function checkWritten(text: string, url: URL, rule: UriRule): void {
  // A bare origin may leave out the slash that the parser adds.
  if (text === url.href || `${text}/` === url.href) return
  refuseUri(rule, quoted(text), `the same written as browsers write it: ${quoted(url.href)}`)
}
