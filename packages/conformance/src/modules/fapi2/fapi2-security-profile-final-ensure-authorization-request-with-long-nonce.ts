/** OpenID Foundation, FAPI 2.0 Security Profile: A very long nonce. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationRequestWithLongNonce = fapi2(
  'fapi2-security-profile-final-ensure-authorization-request-with-long-nonce',
  'fapi.long-nonce',
)
