/** OpenID Foundation, RP-Initiated Logout OP: No state. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutNoState = rpLogout(
  'oidcc-rp-initiated-logout-no-state',
  'logout.no-state',
)
