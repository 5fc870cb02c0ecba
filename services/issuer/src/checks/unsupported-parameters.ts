/** Parameters that this issuer refuses by their own error codes: OpenID Connect Core sections 3.1.2.6, 6 and 7. */
import { OAuthError, type OAuthErrorCode } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

const REFUSED: readonly (readonly [name: string, code: OAuthErrorCode])[] = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
]

export function refuseUnsupported(parameters: Parameters): void {
  for (const [name, code] of REFUSED) {
    if (parameters.get(name) !== undefined) throw new OAuthError(code, `${name}_sent`)
  }
}
