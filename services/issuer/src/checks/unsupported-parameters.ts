/** A parameter that is refused by an error code of its own: OpenID Connect Core sections 3.1.2.6 and 7.2.1. */
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

export function refuseUnsupported(parameters: Parameters): void {
  if (parameters.get('registration') === undefined) return
  throw new OAuthError('registration_not_supported', 'registration_sent')
}
