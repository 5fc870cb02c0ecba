/** OpenID Foundation, RP-Initiated Logout OP: The metadata of signing out. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutDiscoveryEndpointVerification = rpLogout(
  'oidcc-rp-initiated-logout-discovery-endpoint-verification',
  'discovery.document',
  'discovery.issuer',
  'logout.endpoint',
)
