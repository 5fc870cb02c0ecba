/** OpenID Foundation, FAPI 2.0 Security Profile: A push by GET. */
import { fapi2 } from '../module.ts'

export const fapi2ParAttemptInvalidHttpMethod = fapi2(
  'fapi2-security-profile-final-par-attempt-invalid-http-method',
  'par.get',
)
