/** OpenID Foundation, FAPI 2.0 Security Profile: The person says no. */
import { fapi2 } from '../module.ts'

export const fapi2UserRejectsAuthentication = fapi2(
  'fapi2-security-profile-final-user-rejects-authentication',
  'oidc.consent-denied',
)
