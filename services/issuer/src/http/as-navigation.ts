import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from './parameters.ts'

/** Node takes header blocks of up to 16 KiB, and the cookies need their share. */
const MOST_QUERY_CHARS = 12 * 1024

/**
 * The address that asks by GET for what a form has asked for. A form of another site comes without our cookies
 * (SameSite=Lax): only the navigation that follows it brings them along, and shows who is signed in here.
 */
export function asNavigation(address: string, form: Parameters): string {
  // What may not stand in a query (RFC 3986 section 3.4) is percent-encoded, and means the same.
  const query = form.text.replace(/[^\w\-.~!$&'()*+,;=:@/?%]/gu, encodeURIComponent)
  if (query.length > MOST_QUERY_CHARS) {
    throw new OAuthError('invalid_request', 'request_too_long', {
      description: `the request is longer than ${MOST_QUERY_CHARS} characters`,
    })
  }
  return `${address}?${query}`
}
