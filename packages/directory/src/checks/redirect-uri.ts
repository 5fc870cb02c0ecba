/** URIs that browsers are sent to: RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 4.1.3. */
import { LIMITS } from '@latchkey/protocol'
import { checkAbsoluteUri, refuseUri, type UriRule } from './absolute-uri.ts'
import { quoted } from './text.ts'
import { checkWebHost, checkWritten, isWeb } from './web-uri.ts'

/** RFC 8252 section 7.1: a private-use scheme is a domain name backwards, so it has a dot; `javascript` has none. */
const PRIVATE_USE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/

/**
 * A redirect URI as it may be registered. At use it is compared character by character, so it has to be written as
 * browsers write it: `https://App.Example/a/../cb` would never be what it says. Throws InputError `redirect-uri`.
 */
export function checkRedirectUri(text: string, where: string): void {
  const rule: UriRule = { code: 'redirect-uri', where, maxChars: LIMITS.uriChars }
  const url = checkAbsoluteUri(text, rule)
  if (isWeb(url)) checkWebHost(text, url, rule)
  else if (!PRIVATE_USE_SCHEME.test(url.protocol) || !text.startsWith(`${url.protocol}/`)) {
    refuseUri(
      rule,
      quoted(text),
      'https, http on this machine, or a private-use scheme with a dot followed by / (com.example.app:/cb)',
    )
  }
  checkWritten(text, url, rule)
}
