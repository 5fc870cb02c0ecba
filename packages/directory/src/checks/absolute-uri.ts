/** Absolute URIs, RFC 3986 section 4.3, with what RFC 3986 allows in them and nothing else. */
import { InputError } from '@latchkey/protocol'
import { quoted } from './text.ts'

/** RFC 3986 appendix A: unreserved, reserved and `%`. No space, control character, backslash or non-ASCII letter. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

export interface UriRule {
  /** Code of the InputError. */
  readonly code: string
  readonly where: string
  readonly maxChars: number
}

/** The parsed URI: absolute, without fragment and without userinfo. */
export function checkAbsoluteUri(text: string, rule: UriRule): URL {
  if (text.length > rule.maxChars) {
    refuseUri(rule, `${text.length} characters`, `at most ${rule.maxChars} characters`)
  }
  if (!URI.test(text)) refuseUri(rule, quoted(text), 'an absolute URI (RFC 3986)')
  if (text.includes('#')) refuseUri(rule, quoted(text), 'a URI without fragment')
  const url = URL.parse(text)
  if (url === null) refuseUri(rule, quoted(text), 'a URI that can be parsed')
  // Looked for in the text: the parser drops an empty user name before the @.
  if (/^[^/]*\/\/[^/?]*@/.test(text)) {
    refuseUri(rule, 'user name or password before the host', 'a URI without them')
  }
  return url
}

export function refuseUri(rule: UriRule, received: string, expected: string): never {
  throw new InputError(rule.code, { received, expected, where: rule.where })
}
