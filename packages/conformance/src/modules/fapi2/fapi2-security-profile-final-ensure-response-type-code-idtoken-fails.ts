/** OpenID Foundation, FAPI 2.0 Security Profile: response_type "code id_token". */
import { fapi2 } from '../module.ts'

export const fapi2EnsureResponseTypeCodeIdtokenFails = fapi2(
  'fapi2-security-profile-final-ensure-response-type-code-idtoken-fails',
  'fapi.code-id-token',
)
