/** OpenID Foundation, RP-Initiated Logout OP: Nothing but state. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutOnlyState = rpLogout(
  'oidcc-rp-initiated-logout-only-state',
  'logout.only-state',
)
