/** OpenID Foundation, FAPI 2.0 Security Profile: A list as audience. */
import { fapi2 } from '../module.ts'

export const fapi2ParTestArrayAsAudienceFails = fapi2(
  'fapi2-security-profile-final-par-test-array-as-audience-fails',
  'fapi.audience-list',
)
