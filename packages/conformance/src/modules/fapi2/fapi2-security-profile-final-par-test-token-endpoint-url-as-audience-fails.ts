/** OpenID Foundation, FAPI 2.0 Security Profile: The token endpoint as audience. */
import { fapi2 } from '../module.ts'

export const fapi2ParTestTokenEndpointUrlAsAudienceFails = fapi2(
  'fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails',
  'fapi.audience-token-url',
)
