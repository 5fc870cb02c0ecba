/** URIs that browsers are sent to: RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 4.1.3. */
import { LIMITS } from '@latchkey/protocol'
import { checkAbsoluteUri, refuseUri, type UriRule } from './absolute-uri.ts'
import { quoted } from './text.ts'

/** RFC 8252 section 7.1: a private-use scheme is a domain name backwards, so it has a dot; `javascript` has none. */
const PRIVATE_USE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/

/** As the parser writes it. It would let `*`, `$` and others through, which some clients read as patterns. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/

/**
 * A redirect URI as it may be registered. At use it is compared character by character, so it has to be written as
 * browsers write it: `https://App.Example/a/../cb` would never be what it says. Throws InputError `redirect-uri`.
 */
export function checkRedirectUri(text: string, where: string): void {
  const rule: UriRule = { code: 'redirect-uri', where, maxChars: LIMITS.uriChars }
  const url = checkAbsoluteUri(text, rule)
  if (isWeb(url)) checkWebUri(text, url, rule)
  else if (!PRIVATE_USE_SCHEME.test(url.protocol) || !text.startsWith(`${url.protocol}/`)) {
    refuseUri(
      rule,
      quoted(text),
      'https, http on this machine, or a private-use scheme with a dot followed by / (com.example.app:/cb)',
    )
  }
  checkWritten(text, url, rule)
}

/** A URI that the issuer itself calls (OpenID Connect Back-Channel Logout section 2.2). InputError `logout-uri`. */
export function checkBackchannelUri(text: string, where: string): void {
  const rule: UriRule = { code: 'logout-uri', where, maxChars: LIMITS.uriChars }
  const url = checkAbsoluteUri(text, rule)
  if (!isWeb(url)) refuseUri(rule, quoted(text), 'https, or http on this machine')
  checkWebUri(text, url, rule)
  checkWritten(text, url, rule)
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

function checkWebUri(text: string, url: URL, rule: UriRule): void {
  if (!HOST.test(url.hostname)) refuseUri(rule, quoted(text), 'a host name without wildcards')
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

function checkWritten(text: string, url: URL, rule: UriRule): void {
  // A bare origin may leave out the slash that the parser adds.
  if (text === url.href || `${text}/` === url.href) return
  refuseUri(rule, quoted(text), `the same written as browsers write it: ${quoted(url.href)}`)
}
