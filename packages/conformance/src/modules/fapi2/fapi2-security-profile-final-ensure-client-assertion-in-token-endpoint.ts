/** OpenID Foundation, FAPI 2.0 Security Profile: A token request without assertion. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureClientAssertionInTokenEndpoint = fapi2(
  'fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint',
  'fapi.assertion-missing',
)
