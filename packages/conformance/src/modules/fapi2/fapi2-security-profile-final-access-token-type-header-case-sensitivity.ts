/** OpenID Foundation, FAPI 2.0 Security Profile: The scheme in other letters. */
import { fapi2 } from '../module.ts'

export const fapi2AccessTokenTypeHeaderCaseSensitivity = fapi2(
  'fapi2-security-profile-final-access-token-type-header-case-sensitivity',
  'dpop.scheme-case',
)
