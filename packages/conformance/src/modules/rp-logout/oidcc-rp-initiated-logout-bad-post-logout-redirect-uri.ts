/** OpenID Foundation, RP-Initiated Logout OP: An unregistered address to return to. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutBadPostLogoutRedirectUri = rpLogout(
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
  'logout.unregistered-uri',
)
