/** OpenID Foundation, FAPI 2.0 Security Profile: A pushed request without challenge. */
import { fapi2 } from '../module.ts'

export const fapi2ParEnsurePkceRequired = fapi2(
  'fapi2-security-profile-final-par-ensure-pkce-required',
  'fapi.pkce-required',
)
