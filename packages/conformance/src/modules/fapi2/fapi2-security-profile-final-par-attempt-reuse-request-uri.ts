/** OpenID Foundation, FAPI 2.0 Security Profile: A request_uri after the sign-in. */
import { fapi2 } from '../module.ts'

export const fapi2ParAttemptReuseRequestUri = fapi2(
  'fapi2-security-profile-final-par-attempt-reuse-request_uri',
  'par.used',
)
