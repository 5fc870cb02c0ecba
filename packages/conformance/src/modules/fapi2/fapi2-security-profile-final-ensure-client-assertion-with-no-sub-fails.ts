/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion without sub. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureClientAssertionWithNoSubFails = fapi2(
  'fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails',
  'fapi.assertion-no-subject',
)
