/** OpenID Foundation, FAPI 2.0 Security Profile: The push endpoint as audience. */
import { fapi2 } from '../module.ts'

export const fapi2ParTestParEndpointUrlAsAudienceFails = fapi2(
  'fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails',
  'fapi.audience-push-url',
)
