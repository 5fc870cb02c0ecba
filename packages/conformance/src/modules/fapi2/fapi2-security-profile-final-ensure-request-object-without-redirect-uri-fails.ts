/** OpenID Foundation, FAPI 2.0 Security Profile: A pushed request without redirect_uri. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureRequestObjectWithoutRedirectUriFails = fapi2(
  'fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails',
  'par.redirect-uri-missing',
)
