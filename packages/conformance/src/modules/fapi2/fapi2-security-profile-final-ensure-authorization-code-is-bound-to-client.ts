/** OpenID Foundation, FAPI 2.0 Security Profile: The code of another client. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureAuthorizationCodeIsBoundToClient = fapi2(
  'fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client',
  'fapi.code-client',
)
