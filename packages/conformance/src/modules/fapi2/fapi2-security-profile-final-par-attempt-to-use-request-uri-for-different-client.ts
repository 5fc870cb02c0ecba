/** OpenID Foundation, FAPI 2.0 Security Profile: A request_uri of another client. */
import { fapi2 } from '../module.ts'

export const fapi2ParAttemptToUseRequestUriForDifferentClient = fapi2(
  'fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client',
  'par.other-client',
)
