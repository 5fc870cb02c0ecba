/** OpenID Foundation, FAPI 2.0 Security Profile: A pushed request with a foreign redirect_uri. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureRegisteredRedirectUri = fapi2(
  'fapi2-security-profile-final-ensure-registered-redirect-uri',
  'par.validated',
)
