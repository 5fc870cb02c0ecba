/** OpenID Foundation, FAPI 2.0 Security Profile: A nonce of 64 characters. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationRequestWith64CharNonceSuccess = fapi2(
  'fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success',
  'fapi.nonce-64',
)
