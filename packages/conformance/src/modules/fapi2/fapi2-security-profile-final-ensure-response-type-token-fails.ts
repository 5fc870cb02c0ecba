/** OpenID Foundation, FAPI 2.0 Security Profile: response_type "token". */
import { fapi2 } from '../module.ts'

export const fapi2EnsureResponseTypeTokenFails = fapi2(
  'fapi2-security-profile-final-ensure-response-type-token-fails',
  'fapi.token',
)
