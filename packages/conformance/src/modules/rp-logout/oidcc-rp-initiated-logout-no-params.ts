/** OpenID Foundation, RP-Initiated Logout OP: No parameter at all. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutNoParams = rpLogout(
  'oidcc-rp-initiated-logout-no-params',
  'logout.no-params',
)
