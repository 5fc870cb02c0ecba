/** `dpop_jkt`, the thumbprint of the key that will redeem the code: RFC 9449 section 10. */
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

/** SHA-256 in base64url without padding (RFC 7638 section 3). */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

export function checkDpopJkt(parameters: Parameters): string | undefined {
  const thumbprint = parameters.get('dpop_jkt')
  if (thumbprint === undefined || THUMBPRINT.test(thumbprint)) return thumbprint
  throw new OAuthError('invalid_request', 'dpop_jkt_syntax', {
    description: 'dpop_jkt must be 43 characters of base64url',
  })
}
