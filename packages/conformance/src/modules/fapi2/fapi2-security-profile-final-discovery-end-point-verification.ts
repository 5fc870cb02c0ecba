/** OpenID Foundation, FAPI 2.0 Security Profile: The metadata. */
import { fapi2 } from '../module.ts'

export const fapi2DiscoveryEndPointVerification = fapi2(
  'fapi2-security-profile-final-discovery-end-point-verification',
  'discovery.document',
  'discovery.issuer',
  'discovery.endpoints',
  'discovery.no-empty-lists',
  'discovery.assertion-algorithms',
  'fapi.metadata',
)
