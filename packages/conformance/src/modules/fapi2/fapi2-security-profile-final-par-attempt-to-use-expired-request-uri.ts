/** OpenID Foundation, FAPI 2.0 Security Profile: A request_uri that is too old. */
import { fapi2 } from '../module.ts'

export const fapi2ParAttemptToUseExpiredRequestUri = fapi2(
  'fapi2-security-profile-final-par-attempt-to-use-expired-request_uri',
  'par.expired',
)
