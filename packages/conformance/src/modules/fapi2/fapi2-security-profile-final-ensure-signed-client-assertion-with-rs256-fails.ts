/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion signed with RS256. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureSignedClientAssertionWithRs256Fails = fapi2(
  'fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails',
  'fapi.assertion-rs256',
)
