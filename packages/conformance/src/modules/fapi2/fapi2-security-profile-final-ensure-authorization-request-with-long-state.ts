/** OpenID Foundation, FAPI 2.0 Security Profile: A long state. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationRequestWithLongState = fapi2(
  'fapi2-security-profile-final-ensure-authorization-request-with-long-state',
  'fapi.long-state',
)
