/** OpenID Foundation, FAPI 2.0 Security Profile: A code that is too old. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureTokenEndpointFailsWithExpiredAuthCode = fapi2(
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code',
  'token.code-expires',
)
