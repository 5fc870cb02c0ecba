/** OpenID Foundation, FAPI 2.0 Security Profile: state is optional. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationRequestWithoutStateSuccess = fapi2(
  'fapi2-security-profile-final-ensure-authorization-request-without-state-success',
  'fapi.no-state',
)
