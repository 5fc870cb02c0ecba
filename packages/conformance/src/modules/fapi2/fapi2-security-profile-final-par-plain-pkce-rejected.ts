/** OpenID Foundation, FAPI 2.0 Security Profile: The method plain. */
import { fapi2 } from '../module.ts'

export const fapi2ParPlainPkceRejected = fapi2(
  'fapi2-security-profile-final-par-plain-pkce-rejected',
  'fapi.pkce-plain',
)
