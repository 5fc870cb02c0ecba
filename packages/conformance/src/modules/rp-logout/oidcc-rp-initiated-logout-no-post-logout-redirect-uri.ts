/** OpenID Foundation, RP-Initiated Logout OP: No address to return to. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutNoPostLogoutRedirectUri = rpLogout(
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri',
  'logout.no-redirect-uri',
)
