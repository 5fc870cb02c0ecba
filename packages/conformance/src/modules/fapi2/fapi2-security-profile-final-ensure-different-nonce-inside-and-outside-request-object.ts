/** OpenID Foundation, FAPI 2.0 Security Profile: Parameters beside the pushed request: nonce. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDifferentNonceInsideAndOutsideRequestObject = fapi2(
  'fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object',
  'par.only-pushed-parameters',
)
