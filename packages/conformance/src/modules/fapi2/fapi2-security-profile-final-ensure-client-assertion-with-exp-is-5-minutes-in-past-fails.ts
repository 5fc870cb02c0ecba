/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion that ended five minutes ago. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureClientAssertionWithExpIs5MinutesInPastFails = fapi2(
  'fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails',
  'fapi.assertion-expired',
)
