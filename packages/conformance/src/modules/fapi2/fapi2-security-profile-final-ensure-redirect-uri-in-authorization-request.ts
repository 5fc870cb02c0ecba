/** OpenID Foundation, FAPI 2.0 Security Profile: redirect_uri is required. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureRedirectUriInAuthorizationRequest = fapi2(
  'fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request',
  'par.redirect-uri-missing',
)
