/** OpenID Foundation, FAPI 2.0 Security Profile: nonce is optional. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationRequestWithoutNonceSuccess = fapi2(
  'fapi2-security-profile-final-ensure-authorization-request-without-nonce-success',
  'fapi.no-nonce',
)
