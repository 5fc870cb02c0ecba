/** OpenID Foundation, FAPI 2.0 Security Profile: The client_id of another client in the token request. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureClientIdInTokenEndpoint = fapi2(
  'fapi2-security-profile-final-ensure-client-id-in-token-endpoint',
  'fapi.client-id-differs',
)
