/** OpenID Foundation, Back-Channel OP: The metadata of back-channel logout. */
import { backchannel } from '../module.ts'

export const oidccBackchannelLogoutDiscoveryEndpointVerification = backchannel(
  'oidcc-backchannel-logout-discovery-endpoint-verification',
  'discovery.document',
  'discovery.issuer',
  'backchannel.metadata',
)
